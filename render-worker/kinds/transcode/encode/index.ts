/** Runs an encode and publishes its renditions. */
export { brakedRun, noteEncoder } from "./braked-run.ts";
export { EncoderBrake } from "./encoder-brake.ts";
export { renderAndPublish } from "./render-and-publish.ts";
export { renderInPasses } from "./render-in-passes.ts";
export { renderWithinMemory } from "./render-within-memory.ts";
export type { Made, RenderWork } from "./render-work.ts";
export { clearLocal } from "./replace-encoder.ts";
export { leaveOutUnencodable } from "./without-encoder.ts";
