/** Applies a transcode's reports to its variants. */
export { applyAccount } from "./apply-account.ts";
export { belowMinimum, qualityNote } from "./below-minimum.ts";
export { chargeReport } from "./charge-report.ts";
export { noteDamage } from "./note-damage.ts";
export { withAudioTracks } from "./plan-audio-tracks.ts";
export { planEncoderChanges } from "./plan-encoder-changes.ts";
export { planPlayable, planState } from "./plan-state.ts";
export { type StatePlan, type VariantsReport, type VideoRows, videoRows } from "./state-plan.ts";
export { writeState } from "./write-state.ts";
