/** Corrected versions of a drawn video, each published at its address once it is finished. */
export { sweepEditions } from "./sweep-editions.ts";
export { updateVideoSource } from "./update-video-source.ts";
