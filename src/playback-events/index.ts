export { createPlaybackEvents, mostPostBytes, playbackEventsPath } from "./receive-posts.ts";
