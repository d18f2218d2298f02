import {
  type AttemptOutcome,
  type AttemptReport,
  objectKeys,
  type RenderCompleted,
  type Report,
} from "@reelay/contracts";
import { applyRepair } from "../damage/apply-repair.ts";
import { noteDamagedObject } from "../damage/note-damage.ts";
import { storeTransaction } from "../db.ts";
import { recordChange, type Tx } from "../events/record-change.ts";
import { settleJob } from "../jobs/settle-job.ts";
import { toStopMessage } from "../jobs/stop-attempts.ts";
import { extendPlaylists, renditionsAt } from "../parts/extend-playlists.ts";
import { splitJob } from "../parts/split-job.ts";
import { writeParts } from "../parts/write-parts.ts";
import { planMasterPlaylist } from "../videos/master-playlist.ts";
import { readNamedOutput } from "../videos/named-output.ts";
import { lockVideo } from "../videos/own-video.ts";
import { publishManifest, refreshManifest } from "../videos/refresh-manifest.ts";
import { removeLosers } from "../videos/remove-losers.ts";
import { applyAccount, applyAccounted } from "./apply-account.ts";
import { applyFollowUp, isFollowUp } from "./apply-follow-up.ts";
import { applyProgress } from "./apply-progress.ts";
import { applyWorkerSeen } from "./apply-worker-seen.ts";
import { chargeReport } from "./charge-report.ts";
import { leaseFrom, type ProjectorDeps } from "./deps.ts";
import { completeTask, endAttempt, settleIfDone } from "./end-attempt.ts";
import { type HeldAttempt, holdAttempt } from "./hold-attempt.ts";
import { keepSums } from "./keep-sums.ts";
import { noteDamage } from "./note-damage.ts";
import { planEncoderChanges } from "./plan-encoder-changes.ts";
import { planState, videoRows } from "./plan-state.ts";
import { writeState } from "./write-state.ts";
import { writeStored } from "./write-stored.ts";

/** What a report came to. */
type Result =
  | { kind: "applied" | "old"; isSplit?: boolean }
  /** The attempt holds the lease, and its job was canceled. */
  | { kind: "unwanted"; isSplit?: boolean }
  /** The attempt does not hold the lease; `keep` is what the video names of its output. */
  | { kind: "lost"; keep: string[] }
  | { kind: "deleted" };

/**
 * Applies one report to the database. Safe to repeat, in any order: a state report stands alone, an older one than the last applied says
 * nothing new, and an attempt that does not hold its task's lease changes nothing and is told to stop.
 */
export async function applyReport(deps: ProjectorDeps, report: Report): Promise<void> {
  if (report.type === "worker.seen.v1") return await applyWorkerSeen(deps, report);
  if (report.type === "render.progressed.v1") return await applyProgress(deps, report);
  if (report.type === "render.accounted.v1") return await applyAccounted(deps, report);
  const now = deps.clock();
  const result = await deps.db.$transaction(async (tx): Promise<Result> => {
    if (!(await lockVideo(tx, report.videoId))) return { kind: "deleted" };
    const attempt = await holdAttempt(tx, report, now);
    if (attempt !== null) {
      const isSplit = attempt.task.job.plan !== null;
      return { kind: await applyToHeld(tx, deps, attempt, report, now), isSplit };
    }
    if (await isCompleted(tx, report.attemptId)) return { kind: "old" };
    return { kind: "lost", keep: await readNamedOutput(tx, report.videoId, report.attemptId) };
  }, storeTransaction);
  deps.metrics?.reportApplied(report.type, report.at);
  if (result.kind === "applied" && isEnd(report)) deps.metrics?.attemptEnded(outcomeOf(report));
  await answer(deps, report, result);
}

async function answer(deps: ProjectorDeps, report: StateChange, result: Result): Promise<void> {
  const { videoId } = report;
  switch (result.kind) {
    case "lost":
      // It may end after the job, by which time nobody else looks for what it made.
      if (isEnd(report)) await removeLosers(deps, videoId);
      else await stop(deps, report, "LEASE_LOST", result.keep);
      return;
    case "unwanted":
      // The job was canceled between the task's message and its start, or the control message was lost.
      await stop(deps, report, "CANCELED");
      return;
    case "deleted":
      // Its worker is to stop, and may have stored something since the deletion: gone once it says that it has stopped.
      if (!isEnd(report)) await stop(deps, report, "CANCELED");
      else await deps.store.deletePrefix(objectKeys.video(videoId));
      return;
    case "applied":
      if (!isEnd(report)) return;
      // Its last progress may be lost, and others may not be at work: what is done counts now.
      if (result.isSplit) await keepSums(deps, report);
      await removeLosers(deps, videoId);
      return;
    case "old":
  }
}

/** A late report of an attempt that did its work: there is nothing to stop, and its output is to stay. */
const isCompleted = async (tx: Tx, id: string): Promise<boolean> =>
  (await tx.attempt.count({ where: { id, outcome: "COMPLETED" } })) > 0;

/** What says something of who holds the task. */
type StateChange = Exclude<AttemptReport, { type: "render.progressed.v1" | "render.accounted.v1" }>;

type EndReport = Extract<
  AttemptReport,
  { type: "render.completed.v1" | "render.failed.v1" | "render.stopped.v1" }
>;

const isEnd = (report: AttemptReport): report is EndReport =>
  ["render.completed.v1", "render.failed.v1", "render.stopped.v1"].includes(report.type);

const isFailure = ({ type }: AttemptReport): boolean =>
  type === "render.failed.v1" || type === "render.stopped.v1";

async function applyToHeld(
  tx: Tx,
  { store, limits }: ProjectorDeps,
  attempt: HeldAttempt,
  report: StateChange,
  now: Date,
): Promise<"applied" | "old" | "unwanted"> {
  const isUnwanted = attempt.task.job.cancelRequestedAt !== null;
  if (report.type === "render.started.v1") return isUnwanted ? "unwanted" : "applied";
  if (report.sequence <= attempt.sequence) return "old";
  const replaced = planEncoderChanges(attempt.encoderChanges, report.state);
  await tx.attempt.update({
    where: { id: attempt.id },
    data: {
      ...{ sequence: report.sequence, leaseUntil: leaseFrom(now) },
      ...(replaced && { encoderChanges: replaced.encoderChanges }),
      ...usageColumns(report),
    },
  });
  const { videoId } = report;
  if ("stored" in report) await writeStored(tx, { videoId, attemptId: attempt.id }, report.stored ?? []);
  if (report.type === "render.failed.v1") await noteDamagedObject(tx, videoId, report.error, now);
  if (attempt.task.job.kind === "REPAIR") return await applyRepair(tx, store, attempt, report, now);
  if (isFollowUp(attempt)) return await applyFollowUp(tx, store, attempt, report, now);
  const rows = await tx.video.findUniqueOrThrow({ where: { id: videoId }, include: videoRows });
  const plan = planState(rows, report, now);
  const refusal = await chargeReport(tx, { rows, plan, now }, limits);
  if (refusal !== null && !isFailure(report)) {
    // Nothing of the report is kept, so a retry begins with the same question.
    await endAttempt(tx, attempt, "REJECTED", now, refusal);
    if (rows.source?.kind === "URL" && report.state.source) await store.delete(report.state.source.key);
    await refreshManifest(tx, store, videoId);
    return isEnd(report) ? "applied" : "unwanted";
  }
  await writeState(tx, videoId, plan);
  await recordChange(tx, { ...attempt.task.job, jobId: attempt.task.jobId, attemptId: attempt.id }, [
    ...(replaced?.changes ?? []),
    ...plan.changes,
  ]);
  const { task } = attempt;
  const { parts = [], split } = report.state;
  await writeParts(tx, { videoId, attemptId: attempt.id }, parts);
  if (split) await splitJob(tx, { task, rows: plan.after, split, now });
  if (report.type === "render.completed.v1") {
    await completeTask(tx, attempt, now);
    await noteAccount(tx, attempt, report);
    const { damage } = report.state;
    const end = damage ? await noteDamage(tx, attempt, damage, plan.after.durationMs) : null;
    if (end !== null) {
      await settleJob(tx, task.job, end, now);
      await refreshManifest(tx, store, videoId);
      return "applied";
    }
  }
  const grown = await extendPlaylists(tx, store, {
    ...{ job: task.job, rows: plan.after, now },
    renditions: await renditionsAt(tx, { ...task, taskId: task.id }, [
      ...new Set(parts.map(({ rendition }) => rendition)),
    ]),
  });
  if (grown) await recordChange(tx, { ...task.job, jobId: task.jobId, attemptId: attempt.id }, grown.changes);
  if (report.type !== "render.advanced.v1") {
    if (report.type === "render.completed.v1") await settleIfDone(tx, task, now);
    else {
      const { error = null, needsMemoryBytes } = report.type === "render.failed.v1" ? report : {};
      await endAttempt(tx, attempt, report.outcome, now, error, needsMemoryBytes);
    }
    await refreshManifest(tx, store, videoId);
    return "applied";
  }
  const before = planMasterPlaylist(rows);
  const after = (grown ?? plan).after;
  // Most state reports only lengthen playlists, which players read for themselves.
  if (plan.changes.length > 0 || (grown?.changes.length ?? 0) > 0 || planMasterPlaylist(after) !== before) {
    await publishManifest(store, { ...after, updatedAt: now }, before);
  }
  return isUnwanted ? "unwanted" : "applied";
}

async function noteAccount(
  tx: Tx,
  attempt: HeldAttempt,
  { videoId, account }: RenderCompleted,
): Promise<void> {
  if (!account) return;
  const { job } = attempt.task;
  const subject = { videoId, attemptId: attempt.id };
  await recordChange(tx, { ...job, jobId: job.id, ...subject }, await applyAccount(tx, subject, account));
}

/** What its programs used, as its end says. */
function usageColumns(
  report: Exclude<AttemptReport, { type: "render.started.v1" | "render.progressed.v1" }>,
) {
  const usage = "usage" in report ? report.usage : null;
  if (!usage) return {};
  const { cpuSeconds, peakMemoryBytes, wallSeconds } = usage;
  return { cpuSeconds, peakMemoryBytes: BigInt(peakMemoryBytes), wallSeconds };
}

const outcomeOf = (report: EndReport): AttemptOutcome =>
  report.type === "render.completed.v1" ? "COMPLETED" : report.outcome;

/** Best effort: the worker's next report or heartbeat asks again. */
async function stop(
  { messaging, clock, log }: ProjectorDeps,
  report: AttemptReport,
  reason: "CANCELED" | "LEASE_LOST",
  keep?: string[],
): Promise<void> {
  log.info({ ...ids(report), reason }, "attempt.told-to-stop");
  await messaging
    .publish(toStopMessage(report, reason, clock(), keep))
    .catch((error: unknown) => log.warn({ err: error, ...ids(report) }, "attempt.not-told-to-stop"));
}

const ids = ({ videoId, jobId, taskId, attemptId, workerId }: AttemptReport) => ({
  videoId,
  jobId,
  taskId,
  attemptId,
  workerId,
});
