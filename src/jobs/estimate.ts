import type { Pool } from "../../prisma/generated/enums.ts";
import type { Db } from "../db.ts";
import { readSlots } from "../dispatcher/index.ts";
import { queuePosition } from "./queue.ts";

/** What estimates go by: this many completed attempts of first tasks at most, */
const samples = 50;
/** of the newest that were completed, which may nearly all be of chunks. */
const lookedAt = 1_000;

interface JobRow {
  id: string;
  status: string;
  pool: Pool;
  etaMs: number | null;
  /** Tasks that run, and that wait; 0 and 0 for jobs of one task. */
  running: number;
  waiting: number;
  /** How long its completed tasks took on average, but the first; null while there is none. */
  taskMs: number | null;
}

/**
 * Milliseconds until each job is likely to end; null while there is nothing to go by, and for jobs that have ended or wait for their source. A
 * running job goes by its slowest variant's own estimate, and while nobody is at one of them by how long its tasks took and how many are done at
 * once; a waiting one by its place in the queue, the slots that are there and how long first tasks and jobs took lately.
 */
export async function estimate(
  db: Db,
  jobIds: readonly string[],
  now: Date,
): Promise<Map<string, number | null>> {
  const estimates = new Map<string, number | null>(jobIds.map((id) => [id, null]));
  const jobs = await db.$queryRaw<JobRow[]>`
    SELECT j.id, j.status, first.pool, (
      SELECT CASE WHEN bool_and(v.eta_ms IS NOT NULL) THEN max(v.eta_ms) END
      FROM variants v WHERE v.video_id = j.video_id AND v.status IN ('PENDING', 'RENDERING')) AS "etaMs",
      rest.running, rest.waiting, rest."taskMs"
    FROM jobs j
      CROSS JOIN LATERAL (SELECT pool FROM tasks t WHERE t.job_id = j.id ORDER BY t.is_rest, t.due_at, t.id LIMIT 1) first
      CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE t.status = 'RUNNING')::int AS running, count(*) FILTER (WHERE t.status = 'QUEUED')::int AS waiting,
          avg(extract(epoch FROM a.ended_at - a.started_at) * 1000)::float8 AS "taskMs"
        FROM tasks t LEFT JOIN attempts a ON a.task_id = t.id AND a.outcome = 'COMPLETED'
        WHERE t.job_id = j.id AND t.is_rest) rest
    WHERE j.id = ANY (${[...jobIds]}::uuid[]) AND j.status IN ('QUEUED', 'RUNNING')`;
  for (const job of jobs) if (job.status === "RUNNING") estimates.set(job.id, job.etaMs ?? byTasks(job));
  const waiting = jobs.filter(({ status }) => status === "QUEUED");
  if (waiting.length === 0) return estimates;
  const slots = await readSlots(db, now);
  const durations = await readDurations(db);
  const positions = await queuePosition(
    db,
    waiting.map(({ id }) => id),
  );
  for (const { id, pool } of waiting) {
    const there = slots.get(pool)?.slots ?? 0;
    const lately = durations.get(pool);
    const position = positions.get(id) ?? null;
    if (there === 0 || lately === undefined || position === null) continue;
    const rounds = Math.max(0, position - (slots.get(pool)?.idle ?? 0)) / there;
    estimates.set(id, Math.round(rounds * lately.taskMs + lately.jobMs));
  }
  return estimates;
}

/** What runs is half done, on average; then the others go, as many at once. */
const byTasks = ({ running, waiting, taskMs }: JobRow): number | null =>
  taskMs === null || running === 0 ? null : Math.round((waiting / running + 0.5) * taskMs);

/** How long the newest completed attempts of first tasks took, and their jobs from the first attempt's start, on average per pool. */
async function readDurations(db: Db): Promise<Map<Pool, { taskMs: number; jobMs: number }>> {
  const rows = await db.$queryRaw<Array<{ pool: Pool; taskMs: number; jobMs: number }>>`
    SELECT t.pool, avg(extract(epoch FROM newest.ended_at - newest.started_at) * 1000)::float8 AS "taskMs",
      avg(extract(epoch FROM coalesce(j.ended_at, newest.ended_at) - coalesce(j.started_at, newest.started_at)) * 1000)::float8 AS "jobMs"
    FROM (
      SELECT a.task_id, a.started_at, a.ended_at
      FROM (SELECT * FROM attempts WHERE outcome = 'COMPLETED' ORDER BY ended_at DESC LIMIT ${lookedAt}) a
        JOIN tasks t ON t.id = a.task_id AND NOT t.is_rest
      ORDER BY a.ended_at DESC LIMIT ${samples}) newest
      JOIN tasks t ON t.id = newest.task_id JOIN jobs j ON j.id = t.job_id
    GROUP BY t.pool`;
  return new Map(rows.map(({ pool, ...durations }) => [pool, durations]));
}
