/** Captions and subtitles that a video's owner gives. */
export { removeCaptions } from "./remove-captions.ts";
export { setCaptions } from "./set-captions.ts";
