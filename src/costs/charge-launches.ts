/** What a rented machine cost besides its tasks, spread over them. */
import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { Tx } from "../events/index.ts";
import { spentMicros } from "../prices/index.ts";

/** Machines that are settled in one go. */
const AT_ONCE = 100;

interface Share {
  attemptId: string;
  jobId: string;
  workspaceId: string;
  computeMicros: number;
  wallSeconds: number;
}

/**
 * Charges launches that have ended, once all their attempts have: boot, pauses, the time until the worker
 * left, and what a least billed time adds. Any number of processes may run it. A machine that had no task is
 * charged to no workspace.
 */
export async function chargeLaunches(db: PrismaClient, now: Date): Promise<void> {
  const ended = await db.launch.findMany({
    where: { chargedAt: null, endedAt: { not: null } },
    select: { id: true },
    take: AT_ONCE,
    orderBy: { endedAt: "asc" },
  });
  for (const { id } of ended) await db.$transaction((tx) => chargeLaunch(tx, id, now));
}

async function chargeLaunch(tx: Tx, id: string, now: Date): Promise<void> {
  const [launch] = await tx.$queryRaw<
    Array<{
      workerId: string | null;
      acceptedAt: Date | null;
      endedAt: Date;
      secondPico: bigint;
      minimumSeconds: number;
    }>
  >`
    SELECT t.worker_id AS "workerId", l.accepted_at AS "acceptedAt", l.ended_at AS "endedAt", l.second_pico AS "secondPico",
      l.minimum_seconds AS "minimumSeconds"
    FROM launches l JOIN join_tokens t ON t.id = l.join_token_id
    WHERE l.id = ${id}::uuid AND l.charged_at IS NULL FOR UPDATE OF l SKIP LOCKED`;
  if (launch === undefined) return;
  const { workerId } = launch;
  // An attempt of a lost worker ends with its lease.
  if (workerId !== null && (await tx.attempt.count({ where: { workerId, outcome: null } })) > 0) return;
  await tx.launch.update({ where: { id }, data: { chargedAt: now } });
  const total = spentMicros(launch, now);
  if (workerId === null || total === 0) return;
  const shares = await tx.$queryRaw<Share[]>`
    SELECT a.id AS "attemptId", j.id AS "jobId", j.workspace_id AS "workspaceId", coalesce(a.compute_micros, 0)::float8 AS "computeMicros",
      greatest(coalesce(a.wall_seconds, extract(epoch FROM a.ended_at - a.started_at)), 0)::float8 AS "wallSeconds"
    FROM attempts a JOIN tasks t ON t.id = a.task_id JOIN jobs j ON j.id = t.job_id
    WHERE a.worker_id = ${workerId} ORDER BY j.id, a.id`;
  const compute = shares.reduce((sum, { computeMicros }) => sum + computeMicros, 0);
  await spread(tx, shares, Math.max(0, total - compute), now);
}

async function spread(tx: Tx, shares: readonly Share[], idleMicros: number, now: Date): Promise<void> {
  for (const [share, micros] of divide(idleMicros, shares)) {
    const { attemptId, jobId, workspaceId } = share;
    await tx.attempt.update({ where: { id: attemptId }, data: { idleMicros: micros } });
    if (micros === 0) continue;
    await tx.job.update({ where: { id: jobId }, data: { spentMicros: { increment: micros } } });
    await tx.spendChange.create({ data: { workspaceId, at: now, micros } });
  }
}

/** Whole micro-USD by the time of each, which add up exactly. Equal parts if none took time. Pure. */
export function divide<Part extends { wallSeconds: number }>(
  micros: number,
  parts: readonly Part[],
): Array<[Part, number]> {
  const wall = parts.reduce((sum, { wallSeconds }) => sum + wallSeconds, 0);
  let passed = 0;
  let given = 0;
  return parts.map((part, index) => {
    passed += wall === 0 ? 1 / parts.length : part.wallSeconds / wall;
    const until = index === parts.length - 1 ? micros : Math.min(micros, Math.round(micros * passed));
    const own = until - given;
    given = until;
    return [part, own];
  });
}
