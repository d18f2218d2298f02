/** Finds ffmpeg and tries what it can do. */
export { probeEncoders, probeFilters, requiredEncoders } from "./encoders.ts";
export { type FindOptions, findTools } from "./find-tools.ts";
