/** Corrections of published videos, at their addresses. */

export { correctVideo } from "./correct-video.ts";
