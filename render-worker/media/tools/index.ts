/** Finds ffmpeg and tries its features. */
export { probeEncoders, probeFilters, requiredEncoders } from "./encoders.ts";
export { type FindOptions, findTools } from "./find-tools.ts";
