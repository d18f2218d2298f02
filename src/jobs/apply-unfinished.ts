import type { TaskCompleted } from "@reelay/contracts";
import type { Tx } from "../events/index.ts";
import { endAttempt } from "./end-attempt.ts";
import type { HeldAttempt } from "./hold-attempt.ts";
import type { StateReport } from "./kind-operations.ts";

/** Assets and repairs count only when complete: an earlier report changes nothing but the attempt. */
export async function applyUnfinished(
  tx: Tx,
  attempt: HeldAttempt,
  report: Exclude<StateReport, TaskCompleted>,
  now: Date,
): Promise<"applied" | "unwanted"> {
  if (report.type === "task.advanced.v1")
    return attempt.task.job.cancelRequestedAt === null ? "applied" : "unwanted";
  const { error = null, needsMemoryBytes } = report.type === "task.failed.v1" ? report : {};
  await endAttempt(tx, attempt, report.outcome, now, error, needsMemoryBytes);
  return "applied";
}
