/** Captions and subtitles provided by a video's owner. */
export { removeCaptions } from "./remove-captions.ts";
export { setCaptions } from "./set-captions.ts";
