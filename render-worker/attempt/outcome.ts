import type { ReportedError } from "@reelay/contracts";
import { toReportedError } from "../errors.ts";
import { StopError } from "./stop-reason.ts";

/** How an attempt ended. `LEASE_LOST` is told to nobody: somebody else does the task. */
export type Outcome =
  | { kind: "COMPLETED" }
  | { kind: "FAILED" | "REJECTED"; error: ReportedError }
  | { kind: "CANCELED" | "INTERRUPTED" | "LEASE_LOST" };

/** The one place where what was thrown becomes an outcome. A stop wins over whatever broke because of it. */
export function toOutcome(thrown: unknown, signal: AbortSignal): Outcome {
  if (signal.aborted && signal.reason instanceof StopError) return { kind: signal.reason.reason };
  const error = toReportedError(thrown);
  return { kind: error.retriable ? "FAILED" : "REJECTED", error };
}
