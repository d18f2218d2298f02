/** The life of an attempt, from the task's message to its last report. Knows no kind. */
export type { AttemptHost } from "./attempt-host.ts";
export { startAttemptTrace, TRACER_NAME } from "./attempt-trace.ts";
export { leavesUnfinished, type Outcome, toOutcome } from "./outcome.ts";
export { type CheckHost, type KindSchemas, type PreparedKind, prepareKind } from "./prepared-kind.ts";
export { type AttemptRef, AttemptReporter } from "./reporter.ts";
export { type AttemptRun, runAndReport } from "./run-and-report.ts";
export { StateCell } from "./state-cell.ts";
export { StopError } from "./stop-reason.ts";
