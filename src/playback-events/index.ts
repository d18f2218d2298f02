export type { Felt } from "./parse-post.ts";
export { createPlaybackEvents, playbackEventsPath } from "./receive-posts.ts";
