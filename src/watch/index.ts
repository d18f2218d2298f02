/** The bare page at `/watch/{id}` that plays a video. */
export { createWatchPage, type WatchPageOptions } from "./watch-page.ts";
