import type { AssetKind, ReportedError } from "@reelay/contracts";
import type { Prisma, Task } from "../../../prisma/generated/client.ts";
import { removeReplaced } from "../../damage/note-damage.ts";
import { type Change, recordChange } from "../../events/record-change.ts";
import { applyUnfinished } from "../../jobs/apply-unfinished.ts";
import { completeTask } from "../../jobs/end-attempt.ts";
import type { HeldReport } from "../../jobs/kind-operations.ts";
import { settleJob } from "../../jobs/settle-job.ts";
import { refreshManifest } from "../../streaming/refresh-manifest.ts";

/** What a new asset changes of its video. It replaces an earlier one. */
interface AssetPlan {
  video: Prisma.VideoUpdateInput;
  changes: Change[];
}

export interface AppliedAsset {
  kind: AssetKind;
  /** The change that a result brings about; null when the worker made nothing. Pure. */
  plan: (task: Pick<Task, "startMs">, result: unknown) => AssetPlan | null;
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
  const asset = plan(task, report.result);
  if (asset === null) {
    await settleJob(tx, job, { status: "FAILED", error: { ...nothingMade, attemptId: attempt.id } }, now);
    return "applied";
  }
  await tx.video.update({ where: { id: job.videoId }, data: asset.video });
  await recordChange(tx, { ...job, jobId: job.id, attemptId: attempt.id }, asset.changes);
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
