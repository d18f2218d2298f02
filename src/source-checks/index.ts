/** Checks of sources: what a script would draw, and its problems, without drawing it. */
export { applyCheckReport, isCheckReport } from "./apply-check-report.ts";
export { checkSource } from "./check-source.ts";
export { createCheckWaits } from "./check-waits.ts";
export { Estimate, type EstimateBasis } from "./estimate-cost.ts";
export { whyNoWorker } from "./need.ts";
export { sweepChecks } from "./sweep-checks.ts";
