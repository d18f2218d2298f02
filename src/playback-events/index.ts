export { createPlaybackEvents, MOST_POST_BYTES, PLAYBACK_EVENTS_PATH } from "./receive-posts.ts";
