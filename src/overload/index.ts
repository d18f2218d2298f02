/** Bounds on what one answer may cost. */
export { answerLimits } from "./answer-limits.ts";
export { createTimeSlices } from "./time-slices.ts";
export { tooSlow } from "./too-slow.ts";
