import type { AttemptOutcome, ReportedError } from "@reelay/contracts";
import { backoffMs } from "@reelay/process";
import { chargeAttempt } from "../costs/index.ts";
import { errorColumn, settlesVideo } from "../database/index.ts";
import { recordChange, type Tx } from "../events/index.ts";
import { awaitSource, awaitsSource } from "./await-source.ts";
import { enqueueTasks } from "./enqueue-task.ts";
import type { HeldAttempt } from "./hold-attempt.ts";
import { awaitVariants } from "./job-variants.ts";
import { jobMayBecome } from "./may-become.ts";
import { recordMemoryNeed } from "./record-memory-need.ts";
import { awaitsTool } from "./redirect-to-tool.ts";
import { canceled, settleJob } from "./settle-job.ts";

/** Pause before the try after `tries`: 2 s, doubled each time, up to a minute. */
const retryDelayMs = (tries: number): number => backoffMs(Math.max(0, tries - 1), 2_000, 60_000);

/**
 * A full disk is not the task's failure: such attempts use no try until there were this many, about a day's
 * worth.
 */
const ROOM_ATTEMPTS = 300;
const roomCodes: ReadonlySet<string> = new Set(["STORE_FULL", "WORK_DIRECTORY_FULL"]);

/** Pause after a full disk: short at first, as an operator may be freeing space. */
const roomBackoffMs = (number: number): number =>
  number <= 20 ? Math.min(retryDelayMs(number), 30_000) : 300_000;

const lostError = (workerId: string): ReportedError => ({
  code: "WORKER_LOST",
  message: `Worker ${workerId} did not report for longer than its lease. It may have crashed or lost its network.`,
  scope: "WORKER",
  retriable: true,
});

const afterTries = (tries: number, last: string): string =>
  `Failed after ${tries} tries. The last error: ${last}`;

/** Closes an attempt with its outcome, and records the event. */
async function closeAttempt(
  tx: Tx,
  { id: attemptId, number, task }: Pick<HeldAttempt, "id" | "number" | "task">,
  outcome: AttemptOutcome,
  now: Date,
  error: ReportedError | null,
): Promise<void> {
  const ended = await tx.attempt.update({
    where: { id: attemptId },
    data: {
      outcome,
      endedAt: now,
      error: errorColumn(error),
      logTail: error?.logTail ?? null,
      waitsForMemory: false,
    },
  });
  const costMicros = await chargeAttempt(tx, { ...ended, task }, now);
  const data = { number, ...(error && { code: error.code }), ...(costMicros !== null && { costMicros }) };
  await recordChange(tx, { ...task.job, jobId: task.jobId, attemptId }, [
    { type: `attempt.${outcome.toLowerCase()}`, data },
  ]);
}

/** The attempt completed its task. Its kind decides whether that settles the job. */
export async function completeTask(tx: Tx, attempt: HeldAttempt, now: Date): Promise<void> {
  await closeAttempt(tx, attempt, "COMPLETED", now, null);
  await tx.task.update({
    where: { id: attempt.taskId, status: jobMayBecome("SUCCEEDED") },
    data: { tries: { increment: 1 }, status: "SUCCEEDED", endedAt: now },
  });
}

/**
 * Closes an attempt that did not complete its task: retries the task after a pause, or fails it and its job.
 */
export async function endAttempt(
  tx: Tx,
  attempt: HeldAttempt,
  outcome: Exclude<AttemptOutcome, "COMPLETED">,
  now: Date,
  reported: ReportedError | null = null,
  needsMemoryBytes?: number,
): Promise<void> {
  const { task, id: attemptId } = attempt;
  const { job } = task;
  const error = outcome === "LOST" ? lostError(attempt.workerId) : reported;
  await closeAttempt(tx, attempt, outcome, now, error);
  const handBack = await recordMemoryNeed(tx, task, error, needsMemoryBytes, now);
  const awaitsRoom =
    outcome === "FAILED" && error !== null && roomCodes.has(error.code) && attempt.number < ROOM_ATTEMPTS;
  const isRedirected = outcome === "FAILED" && error !== null && awaitsTool(task, error.code);
  const usesTry =
    outcome !== "INTERRUPTED" && outcome !== "CANCELED" && handBack === null && !awaitsRoom && !isRedirected;
  const { tries, maxTries } = usesTry
    ? await tx.task.update({ where: { id: task.id }, data: { tries: { increment: 1 } } })
    : task;
  // The cancellation takes precedence over the error.
  if (outcome === "CANCELED" || job.cancelRequestedAt !== null)
    return await settleJob(tx, job, canceled, now);
  if (await awaitsSource(tx, { task, outcome, hasTries: tries < maxTries }))
    return await awaitSource(tx, task);
  if (handBack?.error) {
    return await settleJob(tx, job, { status: "FAILED", error: { ...handBack.error, attemptId } }, now);
  }
  if (outcome === "REJECTED" || tries >= maxTries) {
    const message = error && outcome !== "REJECTED" && tries > 1 && afterTries(tries, error.message);
    const why = error && { ...error, ...(message && { message }), attemptId };
    return await settleJob(tx, job, { status: "FAILED", error: why }, now);
  }
  const retryMs = awaitsRoom ? roomBackoffMs(attempt.number) : retryDelayMs(handBack?.times ?? tries);
  const delay = outcome === "INTERRUPTED" || isRedirected ? 0 : retryMs;
  await enqueueTasks(tx, [task.id], { now, availableAt: new Date(now.getTime() + delay) });
  // The other tasks of the job continue, and their output keeps playing.
  if (job.plan !== null) return;
  if (settlesVideo(job.kind)) await awaitVariants(tx, job);
  await tx.job.update({ where: { id: job.id, status: jobMayBecome("QUEUED") }, data: { status: "QUEUED" } });
  await recordChange(tx, { ...job, jobId: job.id }, [{ type: "job.queued" }]);
}
