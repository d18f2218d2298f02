import {
  type AttemptOutcome,
  type AttemptReport,
  objectKeys,
  type Report,
  type TaskAccounted,
  type TaskCompleted,
} from "@reelay/contracts";
import { lockVideo } from "../auth/index.ts";
import { noteDamagedObject } from "../damage/index.ts";
import { storeTransaction, wireKindOf } from "../database/index.ts";
import { recordChange, type Tx } from "../events/index.ts";
import {
  type HeldAttempt,
  holdAttempt,
  type KindRegistry,
  leaseFrom,
  readNamedOutput,
  redirectToTool,
  removeSuperseded,
  toStopMessage,
} from "../jobs/index.ts";
import { kinds as builtInKinds } from "../kinds/index.ts";
import { freeOffers } from "../prices/index.ts";
import { applyCheckReport, isCheckReport } from "../source-checks/index.ts";
import { correctManifest } from "../streaming/index.ts";
import { applyProgress } from "./apply-progress.ts";
import { applyWorkerSeen } from "./apply-worker-seen.ts";
import type { ProjectorDeps } from "./deps.ts";
import { persistSums } from "./persist-sums.ts";
import { writeStored } from "./write-stored.ts";

/** The result of a report. */
type Result =
  | { kind: "applied" | "old"; isSplit?: boolean }
  /** The attempt holds the lease, and its job was canceled. */
  | { kind: "unwanted"; isSplit?: boolean }
  /** The attempt does not hold the lease. `keep` lists the outputs that the video uses. */
  | { kind: "lost"; keep: string[] }
  | { kind: "deleted" };

/**
 * Applies one report to the database. Safe to repeat, in any order: a state report is complete, reports older
 * than the last applied one are ignored, and an attempt without its task's lease changes nothing and is asked
 * to stop.
 */
export async function applyReport(deps: ProjectorDeps, report: Report): Promise<void> {
  if (report.type === "worker.seen.v1") return await applyWorkerSeen(deps, report);
  if (isCheckReport(report)) return await applyCheckReport(deps, report);
  if (report.type === "task.progressed.v1") return await applyProgress(deps, report);
  if (report.type === "task.accounted.v1") return await applyAccounted(deps, report);
  const now = deps.clock();
  const result = await deps.db.$transaction(async (tx): Promise<Result> => {
    if (!(await lockVideo(tx, report.videoId))) return { kind: "deleted" };
    const attempt = await holdAttempt(tx, report, { now, offers: deps.offers ?? freeOffers });
    if (attempt !== null) {
      const isSplit = attempt.task.job.plan !== null;
      const kind = await applyToHeld(tx, deps, attempt, report, now);
      if (kind === "old") await correctManifest(tx, deps.store, report.videoId);
      return { kind, isSplit };
    }
    // Its first delivery may have written a master playlist and then lost its transaction to a later change.
    await correctManifest(tx, deps.store, report.videoId);
    if (await isCompleted(tx, report.attemptId)) return { kind: "old" };
    return { kind: "lost", keep: await readNamedOutput(tx, report.videoId, report.attemptId) };
  }, storeTransaction);
  deps.metrics?.reportApplied(report.type, report.at);
  if (result.kind === "applied" && isEnd(report)) deps.metrics?.attemptEnded(outcomeOf(report));
  await answer(deps, report, result);
}

/**
 * Applies facts that a worker measured after an attempt's end. They affect no playback and need no lease;
 * only completed attempts count. Safe to repeat.
 */
async function applyAccounted(deps: ProjectorDeps, report: TaskAccounted): Promise<void> {
  const kinds: KindRegistry = deps.kinds ?? builtInKinds;
  const { videoId, jobId, taskId, attemptId } = report;
  await deps.db.$transaction(async (tx) => {
    if (!(await lockVideo(tx, videoId))) return;
    const attempt = await tx.attempt.findFirst({
      where: { id: attemptId, taskId, outcome: "COMPLETED", task: { jobId, job: { videoId } } },
      include: { task: { include: { job: true } } },
    });
    if (!attempt) return;
    const { kind, job } = attempt.task;
    const subject = { videoId, attemptId };
    const changes = await kinds[wireKindOf(kind)]?.account?.(tx, subject, report.account);
    await recordChange(tx, { ...job, jobId, ...subject }, changes ?? []);
  }, storeTransaction);
  deps.metrics?.reportApplied(report.type, report.at);
}

async function answer(deps: ProjectorDeps, report: StateChange, result: Result): Promise<void> {
  const { videoId } = report;
  switch (result.kind) {
    case "lost":
      // It may end after the job, and then nothing else removes its output.
      if (isEnd(report)) await removeSuperseded(deps, videoId);
      else await stop(deps, report, "LEASE_LOST", result.keep);
      return;
    case "unwanted":
      // The job was canceled between the task's message and its start, or the control message was lost.
      await stop(deps, report, "CANCELED");
      return;
    case "deleted":
      // Its worker must stop. It may have stored objects since the deletion; they are removed when it reports
      // the stop.
      if (!isEnd(report)) await stop(deps, report, "CANCELED");
      else await deps.store.deletePrefix(objectKeys.video(videoId));
      return;
    case "applied":
      if (!isEnd(report)) return;
      // Its last progress may be lost, and no other task may be running, so the finished part counts now.
      if (result.isSplit) await persistSums(deps, report);
      await removeSuperseded(deps, videoId);
      if (report.type === "task.completed.v1") await afterCompletion(deps, report);
      return;
    case "old":
  }
}

async function afterCompletion(deps: ProjectorDeps, report: TaskCompleted): Promise<void> {
  const { log } = deps;
  const kinds: KindRegistry = deps.kinds ?? builtInKinds;
  await kinds[report.kind]
    ?.completed?.(deps, report.videoId)
    .catch((error: unknown) => log.warn({ err: error, ...ids(report) }, "attempt.not-concluded"));
}

/** A late report of a completed attempt: nothing is left to stop, and its output stays. */
const isCompleted = async (tx: Tx, id: string): Promise<boolean> =>
  (await tx.attempt.count({ where: { id, outcome: "COMPLETED" } })) > 0;

/** The reports that identify the holder of a task. */
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
  const judged = report.type === "task.failed.v1" ? await redirectToTool(tx, attempt, report, now) : report;
  return await kind.apply({ tx, store, limits, attempt, report: judged, now });
}

/** The resources that its programs used, from its last report. */
function usageColumns(report: Exclude<AttemptReport, { type: "task.started.v1" | "task.progressed.v1" }>) {
  const usage = "usage" in report ? report.usage : null;
  if (!usage) return {};
  const { cpuSeconds, peakMemoryBytes, wallSeconds } = usage;
  return { cpuSeconds, peakMemoryBytes: BigInt(peakMemoryBytes), wallSeconds };
}

const outcomeOf = (report: EndReport): AttemptOutcome =>
  report.type === "task.completed.v1" ? "COMPLETED" : report.outcome;

/** Best effort: the worker's next report or heartbeat triggers it again. */
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
