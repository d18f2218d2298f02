/** Runs an encode and publishes its renditions. */
export { brakedRun, noteEncoder } from "./braked-run.ts";
export { EncoderBrake } from "./encoder-brake.ts";
export { planRecipes, renderAndPublish } from "./render-and-publish.ts";
export { renderInPasses } from "./render-in-passes.ts";
export { joinMade, renderWithinMemory } from "./render-within-memory.ts";
export type { LivePictures, Made, Piece, RenderRound, RenderWork } from "./render-work.ts";
export { clearLocal } from "./replace-encoder.ts";
export { leaveOutUnencodable } from "./without-encoder.ts";
