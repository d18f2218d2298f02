/** Captions and subtitles: provided by a video's owner, or made of its narration. */
export { adoptCaptions, removeAdopted } from "./adopt-captions.ts";
export { removeCaptions } from "./remove-captions.ts";
export { setCaptions } from "./set-captions.ts";
