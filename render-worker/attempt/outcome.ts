import type { ReportedError } from "@reelay/contracts";
import { toReportedError } from "../errors.ts";
import { NeedsMoreMemoryError } from "../host/index.ts";
import { StopError } from "./stop-reason.ts";

/** How an attempt ended. `LEASE_LOST` is not reported: another attempt has the task. */
export type Outcome =
  | { kind: "COMPLETED" }
  | { kind: "FAILED" | "REJECTED"; error: ReportedError; needsMemoryBytes?: number }
  | { kind: "CANCELED" | "INTERRUPTED" }
  | { kind: "LEASE_LOST"; keep: readonly string[] | undefined };

/**
 * The only place that converts an error into an outcome. A stop takes precedence over errors that it caused.
 */
export function toOutcome(thrown: unknown, signal: AbortSignal): Outcome {
  const stop = signal.aborted && signal.reason instanceof StopError ? signal.reason : thrown;
  if (stop instanceof StopError) {
    const { reason: kind, keep } = stop;
    return kind === "LEASE_LOST" ? { kind, keep } : { kind };
  }
  const error = toReportedError(thrown);
  // Another attempt seconds later would find no more room: a user frees space, then retries the job.
  const kind = error.retriable && error.scope !== "QUOTA" ? "FAILED" : "REJECTED";
  return thrown instanceof NeedsMoreMemoryError
    ? { kind, error, needsMemoryBytes: thrown.needsMemoryBytes }
    : { kind, error };
}

/**
 * Whether the attempt's last report still names unfinished output. Viewers may be playing it, and the next
 * attempt replaces it. False if the store is full, since no attempt succeeds until there is room, and if no
 * attempt follows.
 */
export function leavesUnfinished(outcome: Outcome): boolean {
  if (outcome.kind === "FAILED") return outcome.error.code !== "STORE_FULL";
  return outcome.kind === "INTERRUPTED";
}

/**
 * Whether the worker itself removes unfinished output. The master playlist names it until the API has applied
 * the last report, so the API removes it after that. The worker does it only if the store is full, where room
 * comes first, and if it lost its lease, which it does not report.
 */
export const removesUnfinished = (outcome: Outcome): boolean =>
  outcome.kind === "LEASE_LOST" || (outcome.kind === "FAILED" && outcome.error.code === "STORE_FULL");
