import type { AssetKind, ReportedError } from "@reelay/contracts";
import type { Task } from "../../../prisma/generated/client.ts";
import { removeReplaced } from "../../damage/index.ts";
import { writeAsset } from "../../database/index.ts";
import { type Change, recordChange } from "../../events/index.ts";
import { applyUnfinished, completeTask, type HeldReport, settleJob } from "../../jobs/index.ts";
import { refreshManifest } from "../../streaming/index.ts";

/** A new asset of a video. It replaces an earlier one. */
interface AssetPlan {
  asset: Parameters<typeof writeAsset>[2];
  changes: Change[];
}

export interface AppliedAsset {
  kind: AssetKind;
  /** The change that a result brings about; null when the worker made nothing. Pure. */
  plan: (task: Pick<Task, "params">, result: unknown) => AssetPlan | null;
}

/**
 * Applies a report about an asset. Only a finished asset counts, at the attempt's end. Until then the video
 * keeps the one it has. Its state and its variants do not change.
 */
export async function applyAsset(
  { kind, plan }: AppliedAsset,
  { tx, store, attempt, report, now }: HeldReport,
): Promise<"applied" | "unwanted"> {
  const { task } = attempt;
  const { job } = task;
  if (report.type !== "task.completed.v1") return await applyUnfinished(tx, attempt, report, now);
  await completeTask(tx, attempt, now);
  const planned = plan(task, report.result);
  if (planned === null) {
    await settleJob(tx, job, { status: "FAILED", error: { ...nothingMade, attemptId: attempt.id } }, now);
    return "applied";
  }
  await writeAsset(tx, job.videoId, planned.asset);
  await recordChange(tx, { ...job, jobId: job.id, attemptId: attempt.id }, planned.changes);
  await removeReplaced(tx, job.videoId, kind.toLowerCase());
  await settleJob(tx, job, { status: "SUCCEEDED", error: null }, now);
  // status.json names it.
  await refreshManifest(tx, store, job.videoId);
  return "applied";
}

const nothingMade: ReportedError = {
  code: "NOTHING_MADE",
  message: "The worker ended without the requested output. A newer worker may succeed: retry the job.",
  scope: "WORKER",
  retriable: true,
};
