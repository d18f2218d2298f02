import type { Pool } from "../../prisma/generated/enums.ts";
import type { Db } from "../db.ts";
import { readSlots } from "../dispatcher/index.ts";
import { queuePosition } from "./queue.ts";

/** What estimates go by: the newest completed attempts of a pool, this many at most. */
const samples = 50;

/**
 * Milliseconds until each job is likely to end; null while there is nothing to go by, and for jobs that have ended or wait for their source. A
 * running job goes by its slowest variant's own estimate; a waiting one by its place in the queue, the slots that are there and how
 * long attempts of its pool took lately.
 */
export async function estimate(
  db: Db,
  jobIds: readonly string[],
  now: Date,
): Promise<Map<string, number | null>> {
  const estimates = new Map<string, number | null>(jobIds.map((id) => [id, null]));
  const jobs = await db.$queryRaw<Array<{ id: string; status: string; pool: Pool; etaMs: number | null }>>`
    SELECT DISTINCT ON (j.id) j.id, j.status, t.pool, (
      SELECT CASE WHEN bool_and(v.eta_ms IS NOT NULL) THEN max(v.eta_ms) END
      FROM variants v WHERE v.video_id = j.video_id AND v.status IN ('PENDING', 'RENDERING')) AS "etaMs"
    FROM jobs j JOIN tasks t ON t.job_id = j.id
    WHERE j.id = ANY (${[...jobIds]}::uuid[]) AND j.status IN ('QUEUED', 'RUNNING')`;
  for (const { id, status, etaMs } of jobs) if (status === "RUNNING") estimates.set(id, etaMs);
  const waiting = jobs.filter(({ status }) => status === "QUEUED");
  if (waiting.length === 0) return estimates;
  const slots = await readSlots(db, now);
  const durations = await attemptDurations(db);
  const positions = await queuePosition(
    db,
    waiting.map(({ id }) => id),
  );
  for (const { id, pool } of waiting) {
    const there = slots.get(pool)?.slots ?? 0;
    const durationMs = durations.get(pool);
    const position = positions.get(id) ?? null;
    if (there === 0 || durationMs === undefined || position === null) continue;
    const rounds = Math.max(0, position - (slots.get(pool)?.idle ?? 0)) / there;
    estimates.set(id, Math.round(rounds * durationMs + durationMs));
  }
  return estimates;
}

/** How long the newest completed attempts took, on average per pool. */
async function attemptDurations(db: Db): Promise<Map<Pool, number>> {
  const rows = await db.$queryRaw<Array<{ pool: Pool; durationMs: number }>>`
    SELECT t.pool, avg(extract(epoch FROM newest.ended_at - newest.started_at) * 1000)::float8 AS "durationMs"
    FROM (SELECT task_id, started_at, ended_at FROM attempts WHERE outcome = 'COMPLETED' ORDER BY ended_at DESC LIMIT ${samples}) newest
      JOIN tasks t ON t.id = newest.task_id
    GROUP BY t.pool`;
  return new Map(rows.map(({ pool, durationMs }) => [pool, durationMs]));
}
