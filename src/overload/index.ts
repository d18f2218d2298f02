/** Limits on the cost of one answer. */
export { answerLimits } from "./answer-limits.ts";
export { createTimeSlices } from "./time-slices.ts";
export { tooSlow } from "./too-slow.ts";
