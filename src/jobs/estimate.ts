import type { Pool } from "../../prisma/generated/enums.ts";
import { type Db, firstVideoTasks, videoJobKinds } from "../database/index.ts";
import { readSlots } from "../workers/index.ts";
import { type Pace, paceOf, readPaces, sourceBytes } from "./pace.ts";
import { queuePosition } from "./queue.ts";

/** Maximum number of completed attempts of first tasks that estimates use, */
const SAMPLES = 50;
/** among the newest completed ones, nearly all of which may be chunks. */
const LOOKED_AT = 1_000;

interface JobRow {
  id: string;
  kind: string;
  status: string;
  pool: Pool;
  profile: string;
  /** Determines its work; null if unknown. */
  durationMs: number | null;
  pixels: number | null;
  sizeBytes: number | null;
  /** Since the start of its first attempt. */
  elapsedMs: number | null;
  etaMs: number | null;
  /** Running and waiting tasks; 0 and 0 for jobs of one task. */
  running: number;
  waiting: number;
  /** Mean duration of its completed tasks, without the first; null if there is none. */
  taskMs: number | null;
}

/**
 * Milliseconds until each job is likely to end; null if unknown, and for jobs that have ended, wait for their
 * source, or render nothing. A running job uses its slowest variant's own estimate; if none is being
 * rendered, the duration and concurrency of its tasks; before any task has ended, the pace of jobs of its
 * kind with its profile. A waiting job uses its position in the queue, the available slots, recent durations
 * of first tasks, and that pace.
 */
export async function estimate(
  db: Db,
  jobIds: readonly string[],
  now: Date,
): Promise<Map<string, number | null>> {
  const estimates = new Map<string, number | null>(jobIds.map((id) => [id, null]));
  const jobs = await db.$queryRaw<JobRow[]>`
    SELECT j.id, j.kind, j.status, first.pool, j.profile->>'name' AS profile, video.duration_ms AS "durationMs",
      (video.width::float8 * video.height) AS pixels, ${sourceBytes} AS "sizeBytes",
      (extract(epoch FROM ${now}::timestamptz - j.started_at) * 1000)::float8 AS "elapsedMs", (
      SELECT CASE WHEN bool_and(v.eta_ms IS NOT NULL) THEN max(v.eta_ms) END
      FROM variants v WHERE v.video_id = j.video_id AND v.status IN ('PENDING', 'RENDERING')) AS "etaMs",
      rest.running, rest.waiting, rest."taskMs"
    FROM jobs j JOIN videos video ON video.id = j.video_id JOIN sources s ON s.video_id = j.video_id
      CROSS JOIN LATERAL (SELECT pool FROM tasks t WHERE t.job_id = j.id ORDER BY t.is_rest, t.due_at, t.id LIMIT 1) first
      CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE t.status = 'RUNNING')::int AS running, count(*) FILTER (WHERE t.status = 'QUEUED')::int AS waiting,
          avg(extract(epoch FROM a.ended_at - a.started_at) * 1000)::float8 AS "taskMs"
        FROM tasks t LEFT JOIN attempts a ON a.task_id = t.id AND a.outcome = 'COMPLETED'
        WHERE t.job_id = j.id AND t.is_rest) rest
    WHERE j.id = ANY (${[...jobIds]}::uuid[]) AND j.kind = ANY (${[...videoJobKinds]}::text[]) AND j.status IN ('QUEUED', 'RUNNING')`;
  const running = jobs.filter(({ status }) => status === "RUNNING");
  for (const job of running) estimates.set(job.id, job.etaMs ?? byTasks(job));
  const unsaid = jobs.filter(({ id, status }) => status === "QUEUED" || estimates.get(id) === null);
  const paces = await readPaces(db, [...new Set(unsaid.map(({ profile }) => profile))]);
  for (const job of running) {
    if (estimates.get(job.id) === null) estimates.set(job.id, whatIsLeft(job, paceOf(paces, job)));
  }
  const waiting = jobs.filter(({ status }) => status === "QUEUED");
  if (waiting.length === 0) return estimates;
  const slots = await readSlots(db, now);
  const durations = await readDurations(db);
  const positions = await queuePosition(
    db,
    waiting.map(({ id }) => id),
  );
  for (const job of waiting) {
    const { id, pool } = job;
    const there = slots.get(pool)?.slots ?? 0;
    const lately = durations.filter((each) => each.pool === pool);
    const position = positions.get(id) ?? null;
    const own = paceOf(paces, job)?.(job) ?? lately.find(({ kind }) => kind === job.kind)?.jobMs;
    if (there === 0 || own === undefined || position === null) continue;
    const rounds = Math.max(0, position - (slots.get(pool)?.idle ?? 0)) / there;
    estimates.set(id, Math.round(rounds * meanTaskMs(lately) + own));
  }
  return estimates;
}

/** Null for a job that takes longer than others did. */
function whatIsLeft(job: JobRow, pace: Pace | null): number | null {
  const whole = pace?.(job) ?? null;
  if (whole === null || job.elapsedMs === null || whole <= job.elapsedMs) return null;
  return Math.round(whole - job.elapsedMs);
}

/** Running tasks are half done on average; the others follow with the same concurrency. */
const byTasks = ({ running, waiting, taskMs }: JobRow): number | null =>
  taskMs === null || running === 0 ? null : Math.round((waiting / running + 0.5) * taskMs);

interface Durations {
  pool: Pool;
  /** Kind of the jobs. */
  kind: string;
  /** Number of attempts. */
  attempts: number;
  taskMs: number;
  jobMs: number;
}

function meanTaskMs(lately: readonly Durations[]): number {
  const attempts = lately.reduce((sum, each) => sum + each.attempts, 0);
  return lately.reduce((sum, each) => sum + each.taskMs * each.attempts, 0) / attempts;
}

/**
 * Mean durations of the newest completed attempts of first tasks, and of their jobs from the first attempt's
 * start, per pool and kind.
 */
const readDurations = (db: Db): Promise<Durations[]> =>
  db.$queryRaw<Durations[]>`
    SELECT t.pool, j.kind, count(*)::int AS attempts, avg(extract(epoch FROM newest.ended_at - newest.started_at) * 1000)::float8 AS "taskMs",
      avg(extract(epoch FROM coalesce(j.ended_at, newest.ended_at) - coalesce(j.started_at, newest.started_at)) * 1000)::float8 AS "jobMs"
    FROM (
      SELECT a.task_id, a.started_at, a.ended_at
      FROM (SELECT * FROM attempts WHERE outcome = 'COMPLETED' ORDER BY ended_at DESC LIMIT ${LOOKED_AT}) a
        JOIN tasks t ON t.id = a.task_id AND t.kind = ANY (${[...firstVideoTasks]}::text[]) AND NOT t.is_rest
      ORDER BY a.ended_at DESC LIMIT ${SAMPLES}) newest
      JOIN tasks t ON t.id = newest.task_id JOIN jobs j ON j.id = t.job_id
    GROUP BY t.pool, j.kind`;
