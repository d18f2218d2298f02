import type { FollowUpKind, ReportedError } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import { removeReplaced } from "../damage/note-damage.ts";
import { recordChange, type Tx } from "../events/record-change.ts";
import { settleJob } from "../jobs/settle-job.ts";
import { refreshManifest } from "../videos/refresh-manifest.ts";
import { applyUnfinished } from "./apply-unfinished.ts";
import { completeTask } from "./end-attempt.ts";
import type { HeldAttempt } from "./hold-attempt.ts";
import { planFollowUp } from "./plan-follow-up.ts";
import type { StateReport } from "./plan-state.ts";

type FollowUpAttempt = HeldAttempt & { task: { job: { kind: FollowUpKind } } };

export const isFollowUp = (attempt: HeldAttempt): attempt is FollowUpAttempt =>
  attempt.task.job.kind !== "TRANSCODE" && attempt.task.job.kind !== "REPAIR";

/**
 * Applies what the worker of a follow-up says of the attempt that holds the lease. Only what is made whole counts, at its end: until then the video keeps what it has, and
 * an attempt that is stopped takes away nothing that anybody was told of. Neither the video's state nor its variants are touched.
 */
export async function applyFollowUp(
  tx: Tx,
  store: ObjectStore,
  attempt: FollowUpAttempt,
  report: StateReport,
  now: Date,
): Promise<"applied" | "unwanted"> {
  const { task } = attempt;
  const { job } = task;
  if (report.type !== "render.completed.v1") return await applyUnfinished(tx, attempt, report, now);
  await completeTask(tx, attempt, now);
  const plan = planFollowUp(job.kind, task.startMs, report.state);
  if (plan === null) {
    await settleJob(tx, job, { status: "FAILED", error: { ...nothingMade, attemptId: attempt.id } }, now);
    return "applied";
  }
  await tx.video.update({ where: { id: job.videoId }, data: plan.video });
  await recordChange(tx, { ...job, jobId: job.id, attemptId: attempt.id }, plan.changes);
  await removeReplaced(tx, job.videoId, job.kind.toLowerCase());
  await settleJob(tx, job, { status: "SUCCEEDED", error: null }, now);
  // status.json names it.
  await refreshManifest(tx, store, job.videoId);
  return "applied";
}

const nothingMade: ReportedError = {
  code: "NOTHING_MADE",
  message: "The worker ended well and made nothing of what was asked for; a newer one may, retry the job.",
  scope: "WORKER",
  retriable: true,
};
