/** Checks of sources: what a script or data would show, and its problems, without making a video. */
export { applyCheckReport, isCheckReport } from "./apply-check-report.ts";
export { awaitChecker, checkRows } from "./check-rows.ts";
export { beginCheck, checkSource } from "./check-source.ts";
export { createCheckWaits } from "./check-waits.ts";
export { readOpenCheck, takeCheck } from "./checkers.ts";
export { Estimate, type EstimateBasis, estimateBases } from "./estimate-cost.ts";
export { whyNoWorker } from "./need.ts";
export { batchStillAddress, createStills, stillAddress } from "./stills.ts";
export { sweepChecks } from "./sweep-checks.ts";
