import { type AttemptOutcome, type AttemptReport, objectKeys, type Report } from "@reelay/contracts";
import { lockVideo } from "../auth/own-video.ts";
import { noteDamagedObject } from "../damage/note-damage.ts";
import { storeTransaction } from "../database/db.ts";
import type { Tx } from "../events/record-change.ts";
import { type HeldAttempt, holdAttempt } from "../jobs/hold-attempt.ts";
import { leaseFrom } from "../jobs/lease.ts";
import { readNamedOutput } from "../jobs/named-output.ts";
import { removeLosers } from "../jobs/remove-losers.ts";
import { toStopMessage } from "../jobs/stop-attempts.ts";
import { kinds as builtInKinds } from "../kinds/index.ts";
import { applyAccounted } from "../kinds/transcode/state/apply-account.ts";
import { applyProgress } from "./apply-progress.ts";
import { applyWorkerSeen } from "./apply-worker-seen.ts";
import type { ProjectorDeps } from "./deps.ts";
import { persistSums } from "./persist-sums.ts";
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
 * Applies one report to the database. Safe to repeat, in any order: a state report stands alone, an older one
 * than the last applied says nothing new, and an attempt that does not hold its task's lease changes nothing
 * and is asked to stop.
 */
export async function applyReport(deps: ProjectorDeps, report: Report): Promise<void> {
  if (report.type === "worker.seen.v1") return await applyWorkerSeen(deps, report);
  if (report.type === "task.progressed.v1") return await applyProgress(deps, report);
  if (report.type === "task.accounted.v1") return await applyAccounted(deps, report);
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
      // It may end after the job, when nothing else looks for its output.
      if (isEnd(report)) await removeLosers(deps, videoId);
      else await stop(deps, report, "LEASE_LOST", result.keep);
      return;
    case "unwanted":
      // The job was canceled between the task's message and its start, or the control message was lost.
      await stop(deps, report, "CANCELED");
      return;
    case "deleted":
      // Its worker is to stop, and may have stored something since the deletion: gone once it says that it
      // has stopped.
      if (!isEnd(report)) await stop(deps, report, "CANCELED");
      else await deps.store.deletePrefix(objectKeys.video(videoId));
      return;
    case "applied":
      if (!isEnd(report)) return;
      // Its last progress may be lost, and others may not be at work: what is done counts now.
      if (result.isSplit) await persistSums(deps, report);
      await removeLosers(deps, videoId);
      return;
    case "old":
  }
}

/** A late report of an attempt that did its work: there is nothing to stop, and its output is to stay. */
const isCompleted = async (tx: Tx, id: string): Promise<boolean> =>
  (await tx.attempt.count({ where: { id, outcome: "COMPLETED" } })) > 0;

/** What says something of who holds the task. */
type StateChange = Exclude<AttemptReport, { type: "task.progressed.v1" | "task.accounted.v1" }>;

type EndReport = Extract<AttemptReport, { type: "task.completed.v1" | "task.failed.v1" | "task.stopped.v1" }>;

const isEnd = (report: AttemptReport): report is EndReport =>
  ["task.completed.v1", "task.failed.v1", "task.stopped.v1"].includes(report.type);

async function applyToHeld(
  tx: Tx,
  { store, limits, kinds = builtInKinds }: ProjectorDeps,
  attempt: HeldAttempt,
  report: StateChange,
  now: Date,
): Promise<"applied" | "old" | "unwanted"> {
  const { job } = attempt.task;
  if (report.type === "task.started.v1") return job.cancelRequestedAt === null ? "applied" : "unwanted";
  if (report.sequence <= attempt.sequence) return "old";
  await tx.attempt.update({
    where: { id: attempt.id },
    data: { sequence: report.sequence, leaseUntil: leaseFrom(now), ...usageColumns(report) },
  });
  const { videoId } = report;
  if ("stored" in report) await writeStored(tx, { videoId, attemptId: attempt.id }, report.stored ?? []);
  if (report.type === "task.failed.v1") await noteDamagedObject(tx, videoId, report.error, now);
  const kind = kinds[job.kind];
  if (kind === undefined)
    throw new Error(`Job ${job.id} is of the kind ${job.kind}, which has no operations here.`);
  return await kind.apply({ tx, store, limits, attempt, report, now });
}

/** What its programs used, as its end says. */
function usageColumns(report: Exclude<AttemptReport, { type: "task.started.v1" | "task.progressed.v1" }>) {
  const usage = "usage" in report ? report.usage : null;
  if (!usage) return {};
  const { cpuSeconds, peakMemoryBytes, wallSeconds } = usage;
  return { cpuSeconds, peakMemoryBytes: BigInt(peakMemoryBytes), wallSeconds };
}

const outcomeOf = (report: EndReport): AttemptOutcome =>
  report.type === "task.completed.v1" ? "COMPLETED" : report.outcome;

/** Best effort: the worker's next report or heartbeat asks again. */
async function stop(
  { messaging, clock, log }: ProjectorDeps,
  report: AttemptReport,
  reason: "CANCELED" | "LEASE_LOST",
  keep?: string[],
): Promise<void> {
  log.info({ ...ids(report), reason }, "attempt.stop-requested");
  await messaging
    .publish(toStopMessage(report, reason, clock(), keep))
    .catch((error: unknown) => log.warn({ err: error, ...ids(report) }, "attempt.stop-not-sent"));
}

const ids = ({ videoId, jobId, taskId, attemptId, workerId }: AttemptReport) => ({
  videoId,
  jobId,
  taskId,
  attemptId,
  workerId,
});
