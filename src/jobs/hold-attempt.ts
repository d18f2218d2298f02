import type { AttemptReport } from "@reelay/contracts";
import { isTerminal } from "@reelay/contracts";
import type { Attempt, Job, Task } from "../../prisma/generated/client.ts";
import { readOfferOf } from "../costs/index.ts";
import { recordChange, type Tx } from "../events/index.ts";
import type { OfferBook } from "../prices/index.ts";
import { leaseFrom } from "./lease.ts";
import { jobMayBecome } from "./may-become.ts";

export type HeldAttempt = Attempt & { task: Task & { job: Job } };

const include = { task: { include: { job: true } } } as const;

/**
 * The reporting attempt, if it holds its task's lease: it is known and open, or the first to ask for a free
 * task (its `started` may arrive after its other reports). Null: it is superseded and must stop. It
 * never gets the lease later, since every attempt that takes it invalidates the current fencing token. A new
 * attempt keeps the prices of its worker's machine. The caller holds the video's lock.
 */
export async function holdAttempt(
  tx: Tx,
  report: AttemptReport,
  { now, offers }: { now: Date; offers: OfferBook },
): Promise<HeldAttempt | null> {
  const known = await tx.attempt.findUnique({ where: { id: report.attemptId }, include });
  if (known) return known.outcome === null && isSame(known, report) ? known : null;
  const task = await tx.task.findUnique({
    where: { id: report.taskId },
    include: { job: true, attempts: { select: { number: true, outcome: true } } },
  });
  if (!task || task.jobId !== report.jobId || task.job.videoId !== report.videoId) return null;
  if (isTerminal(task.status) || task.status === "PENDING") return null;
  if (task.attempts.some(({ outcome }) => outcome === null)) return null;
  if (report.fencingToken !== task.attempts.length) return null;
  const offer = await readOfferOf(tx, offers, { workerId: report.workerId, pool: task.pool });
  const attempt = await tx.attempt.create({
    data: {
      ...(offer && { offer: offer.name, rate: offer.rate }),
      id: report.attemptId,
      taskId: task.id,
      number: Math.max(0, ...task.attempts.map(({ number }) => number)) + 1,
      workerId: report.workerId,
      leaseUntil: leaseFrom(now),
      startedAt: now,
    },
    include,
  });
  await tx.task.update({
    where: { id: task.id, status: jobMayBecome("RUNNING") },
    data: { status: "RUNNING" },
  });
  await tx.job.update({
    where: { id: task.jobId, status: jobMayBecome("RUNNING") },
    data: { status: "RUNNING", startedAt: task.job.startedAt ?? now },
  });
  const subject = { ...task.job, jobId: task.jobId, attemptId: attempt.id };
  await recordChange(tx, subject, [
    ...(task.job.status === "RUNNING" ? [] : [{ type: "job.started" as const }]),
    { type: "attempt.started", data: { number: attempt.number, workerId: attempt.workerId } },
  ]);
  return attempt;
}

/** The held lock is that of the reported video. */
const isSame = ({ task }: HeldAttempt, { taskId, jobId, videoId }: AttemptReport): boolean =>
  task.id === taskId && task.jobId === jobId && task.job.videoId === videoId;
