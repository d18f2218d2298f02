export type { Measurement } from "./parse-post.ts";
export { createPlaybackEvents, mostPostBytes, playbackEventsPath } from "./receive-posts.ts";
