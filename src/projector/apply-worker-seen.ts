import type { WorkerSeen } from "@reelay/contracts";
import type { Prisma, PrismaClient } from "../../prisma/generated/client.ts";
import type { Pool } from "../../prisma/generated/enums.ts";
import { leaseFrom, readNamedOutput, toStopMessage } from "../jobs/index.ts";
import type { ProjectorDeps } from "./deps.ts";

/**
 * Stores a worker's description of itself, renews the leases of its attempts, and repeats which of them must
 * stop.
 */
export async function applyWorkerSeen(deps: ProjectorDeps, report: WorkerSeen): Promise<void> {
  const { db, clock, messaging } = deps;
  const now = clock();
  const { workerId, hostname, version, offer, isStopping } = report;
  const data = {
    hostname,
    version,
    offer,
    pools: offer.pools.map((pool) => pool.toUpperCase() as Pool),
    slots: offer.slots,
    isStopping,
    // Express tasks run beside its slots.
    busy: Math.min(report.attempts.length, offer.slots),
    startedAt: new Date(report.startedAt),
    lastSeenAt: now,
    reportedAt: new Date(report.at),
    deadlineAt: report.deadlineAt === undefined ? null : new Date(report.deadlineAt),
  };
  // A late copy would revive a dead worker and renew its leases.
  if (!(await keepNews(db, workerId, data))) return;
  if (report.attempts.length === 0) return;
  const ids = report.attempts.map(({ attemptId }) => attemptId);
  await db.attempt.updateMany({
    where: { id: { in: ids }, workerId, outcome: null },
    data: { leaseUntil: leaseFrom(now) },
  });
  await keepWaiting(db, report);
  const known = await db.attempt.findMany({
    where: { id: { in: ids } },
    select: {
      id: true,
      taskId: true,
      outcome: true,
      task: { select: { job: { select: { cancelRequestedAt: true, videoId: true } } } },
    },
  });
  const tasks = await db.task.findMany({
    where: { id: { in: report.attempts.map(({ taskId }) => taskId) } },
    select: { id: true },
  });
  for (const { attemptId, taskId } of report.attempts) {
    const attempt = known.find(({ id }) => id === attemptId);
    const ref = { attemptId, taskId, workerId };
    // Its video was deleted. CANCELED, because the answer to it removes the objects stored in the meantime.
    const isGone = !attempt && tasks.every(({ id }) => id !== taskId);
    const isUnwanted = attempt?.outcome === null && attempt.task.job.cancelRequestedAt !== null;
    if (isGone || isUnwanted) await messaging.publish(toStopMessage(ref, "CANCELED", now));
    // The `started` report of an unknown attempt may still be in transit.
    if (!attempt || attempt.outcome === null || attempt.outcome === "COMPLETED") continue;
    const keep = await readNamedOutput(deps.db, attempt.task.job.videoId, attemptId);
    await messaging.publish(toStopMessage(ref, "LEASE_LOST", now, keep));
  }
}

/** Marks its attempts that have a slot and wait for memory. */
async function keepWaiting(db: PrismaClient, { attempts, workerId }: WorkerSeen): Promise<void> {
  for (const waitsForMemory of [true, false]) {
    const told = attempts.filter((attempt) => (attempt.waitsForMemory ?? false) === waitsForMemory);
    await db.attempt.updateMany({
      where: {
        id: { in: told.map(({ attemptId }) => attemptId) },
        ...{ workerId, outcome: null, waitsForMemory: !waitsForMemory },
      },
      data: { waitsForMemory },
    });
  }
}

/**
 * A report older than the last one by this many milliseconds is not late: the worker's clock was set back.
 */
const CLOCK_RESET_MS = 600_000;

/** False if the worker has sent the same report or a newer one. */
async function keepNews(
  db: PrismaClient,
  id: string,
  data: Omit<Prisma.WorkerCreateManyInput, "id"> & { reportedAt: Date },
): Promise<boolean> {
  const reset = new Date(data.reportedAt.getTime() + CLOCK_RESET_MS);
  const isNews = {
    OR: [{ reportedAt: null }, { reportedAt: { lt: data.reportedAt } }, { reportedAt: { gt: reset } }],
  };
  const { count: updated } = await db.worker.updateMany({ where: { id, ...isNews }, data });
  if (updated > 0) return true;
  const { count: created } = await db.worker.createMany({ data: [{ ...data, id }], skipDuplicates: true });
  return created > 0;
}
