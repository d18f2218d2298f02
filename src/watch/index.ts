/** The bare page at `/watch/{id}` that plays a video. */
export { createWatchPage } from "./watch-page.ts";
