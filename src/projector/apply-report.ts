import { type AttemptReport, objectKeys, type Report } from "@reelay/contracts";
import { recordChange, type Tx } from "../events/record-change.ts";
import { toStopMessage } from "../jobs/stop-attempts.ts";
import { lockVideo } from "../videos/own-video.ts";
import { readMasterPlaylist, refreshManifest } from "../videos/refresh-manifest.ts";
import { applyProgress } from "./apply-progress.ts";
import { applyState } from "./apply-state.ts";
import { applyWorkerSeen } from "./apply-worker-seen.ts";
import { leaseMs, type ProjectorDeps, transactionOptions } from "./deps.ts";
import { endAttempt } from "./end-attempt.ts";
import { type HeldAttempt, holdAttempt } from "./hold-attempt.ts";
import { removeLosers } from "./remove-losers.ts";

/**
 * Applies one report to the database. Safe to repeat, in any order: a state report stands alone, an older one than the last applied says
 * nothing new, and an attempt that does not hold its task's lease changes nothing and is told to stop.
 */
export async function applyReport(deps: ProjectorDeps, report: Report): Promise<void> {
  if (report.type === "worker.seen.v1") return await applyWorkerSeen(deps, report);
  if (report.type === "render.progressed.v1") return await applyProgress(deps, report);
  const now = deps.clock();
  const result = await deps.db.$transaction(async (tx) => {
    if (!(await lockVideo(tx, report.videoId))) return "deleted";
    const attempt = await holdAttempt(tx, report, now);
    if (attempt === null) return (await isCompleted(tx, report.attemptId)) ? "old" : "lost";
    return await applyToHeld(tx, deps, attempt, report, now);
  }, transactionOptions);
  deps.metrics?.reportApplied(report.type, report.at);
  if (result === "applied" && isEnd(report)) deps.metrics?.attemptEnded(outcomeOf(report));
  if (result === "lost" && !isEnd(report)) await stop(deps, report, "LEASE_LOST");
  // Its worker is to stop, and may have stored something since the deletion: gone once it says that it has stopped.
  if (result === "deleted" && !isEnd(report)) await stop(deps, report, "CANCELED");
  if (result === "deleted" && isEnd(report)) await deps.store.deletePrefix(objectKeys.video(report.videoId));
  // The job was canceled between the task's message and its start, or the control message was lost.
  if (result === "unwanted") await stop(deps, report, "CANCELED");
  if (report.type === "render.completed.v1" && result === "applied") await removeLosers(deps, report.videoId);
}

/** A late report of an attempt that did its work: there is nothing to stop, and its output is to stay. */
const isCompleted = async (tx: Tx, id: string): Promise<boolean> =>
  (await tx.attempt.count({ where: { id, outcome: "COMPLETED" } })) > 0;

const outcomeOf = (report: AttemptReport): string => ("outcome" in report ? report.outcome : "COMPLETED");

const isEnd = (report: AttemptReport): boolean =>
  ["render.completed.v1", "render.failed.v1", "render.stopped.v1"].includes(report.type);

type Result = "applied" | "old" | "unwanted";

async function applyToHeld(
  tx: Tx,
  { store }: ProjectorDeps,
  attempt: HeldAttempt,
  report: Exclude<AttemptReport, { type: "render.progressed.v1" }>,
  now: Date,
): Promise<Result> {
  const isUnwanted = attempt.task.job.cancelRequestedAt !== null;
  if (report.type === "render.started.v1") return isUnwanted ? "unwanted" : "applied";
  if (report.sequence <= attempt.sequence) return "old";
  const before = await readMasterPlaylist(tx, report.videoId);
  await tx.attempt.update({
    where: { id: attempt.id },
    data: { sequence: report.sequence, leaseUntil: new Date(now.getTime() + leaseMs) },
  });
  const changes = await applyState(tx, attempt, report.state, now);
  const subject = { ...attempt.task.job, jobId: attempt.task.jobId, attemptId: attempt.id };
  await recordChange(tx, subject, changes);
  if (report.type === "render.completed.v1") await endAttempt(tx, attempt, "COMPLETED", now);
  if (report.type === "render.stopped.v1") await endAttempt(tx, attempt, report.outcome, now);
  if (report.type === "render.failed.v1") await endAttempt(tx, attempt, report.outcome, now, report.error);
  const isPlaylistChanged = before !== (await readMasterPlaylist(tx, report.videoId));
  // Most state reports only lengthen playlists, which players read for themselves.
  if (isPlaylistChanged || changes.length > 0 || isEnd(report)) {
    await refreshManifest(tx, store, report.videoId, before);
  }
  return isUnwanted && !isEnd(report) ? "unwanted" : "applied";
}

/** Best effort: the worker's next report or heartbeat asks again. */
async function stop(
  { messaging, clock, log }: ProjectorDeps,
  report: AttemptReport,
  reason: "CANCELED" | "LEASE_LOST",
): Promise<void> {
  log.info({ ...ids(report), reason }, "attempt.told-to-stop");
  await messaging
    .publish(toStopMessage(report, reason, clock()))
    .catch((error: unknown) => log.warn({ err: error, ...ids(report) }, "attempt.not-told-to-stop"));
}

const ids = ({ videoId, jobId, taskId, attemptId, workerId }: AttemptReport) => ({
  videoId,
  jobId,
  taskId,
  attemptId,
  workerId,
});
