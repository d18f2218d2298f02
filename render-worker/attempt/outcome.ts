import type { ReportedError } from "@reelay/contracts";
import { toReportedError } from "../errors.ts";
import { NeedsMoreMemoryError } from "../host/index.ts";
import { StopError } from "./stop-reason.ts";

/** How an attempt ended. `LEASE_LOST` is told to nobody: somebody else does the task. */
export type Outcome =
  | { kind: "COMPLETED" }
  | { kind: "FAILED" | "REJECTED"; error: ReportedError; needsMemoryBytes?: number }
  | { kind: "CANCELED" | "INTERRUPTED" }
  | { kind: "LEASE_LOST"; keep: readonly string[] | undefined };

/** The one place where what was thrown becomes an outcome. A stop wins over whatever broke because of it. */
export function toOutcome(thrown: unknown, signal: AbortSignal): Outcome {
  const stop = signal.aborted && signal.reason instanceof StopError ? signal.reason : thrown;
  if (stop instanceof StopError) {
    const { reason: kind, keep } = stop;
    return kind === "LEASE_LOST" ? { kind, keep } : { kind };
  }
  const error = toReportedError(thrown);
  // Another attempt a few seconds later would find no more room: a user makes room, then retries the job.
  const kind = error.retriable && error.scope !== "QUOTA" ? "FAILED" : "REJECTED";
  return thrown instanceof NeedsMoreMemoryError
    ? { kind, error, needsMemoryBytes: thrown.needsMemoryBytes }
    : { kind, error };
}

/**
 * Whether what an attempt published without finishing it stays when it ends. Viewers may be playing it, and another attempt comes: the API
 * removes it when that has something in its place. Not in a full store, where nobody gets further until there is room; and not when nobody
 * comes after it.
 */
export function leavesUnfinished(outcome: Outcome): boolean {
  if (outcome.kind === "FAILED") return outcome.error.code !== "STORE_FULL";
  return outcome.kind === "INTERRUPTED";
}
