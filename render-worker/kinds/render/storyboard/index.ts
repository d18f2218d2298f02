/** Thumbnails for the seek bar. */
export { makeStoryboard } from "./make-storyboard.ts";
export { storyboardBeside } from "./storyboard-beside.ts";
