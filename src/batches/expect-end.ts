/** When running batches are likely to end. */
import { type Db, renderingJobKinds } from "../database/index.ts";
import { readSlots } from "../workers/index.ts";

/** Newest finished videos that the pace is learned from. */
const NEWEST = 20;
/** Until videos are finished, all slots are expected to work for the batch; that counts as so many videos. */
const EXPECTED_VIDEOS = 4;

/** Seconds are those of slots. */
export interface Pace {
  /** Estimate of what is left, and of the longest video of it. */
  leftSeconds: number;
  longestSeconds: number;
  /** Estimate of a video, in the mean. */
  meanSeconds: number;
  /** Slots that the batch can use. */
  slots: number;
  /** What the newest videos took, */
  takenSeconds: number;
  /** and in what time, from their requests on. */
  elapsedSeconds: number;
}

/**
 * Seconds until all is done: with as many slots as worked for the newest videos on average, so that waits for
 * other work count. The last video needs one slot for its whole time. Pure.
 */
export function secondsLeft(pace: Pace): number {
  const { leftSeconds, longestSeconds, meanSeconds, slots, takenSeconds, elapsedSeconds } = pace;
  const expected = EXPECTED_VIDEOS * meanSeconds;
  const used = (takenSeconds + expected) / (elapsedSeconds + expected / slots);
  return Math.max(leftSeconds / used, longestSeconds);
}

interface Row extends Omit<Pace, "slots"> {
  id: string;
  maxActive: number;
}

/**
 * When the last video of each batch is likely to be READY. Absent: the batch does not run, none of its rows
 * is measured, or no worker is online.
 */
export async function readExpectedEnds(
  db: Db,
  now: Date,
  batchIds: readonly string[],
): Promise<Map<string, Date>> {
  const pools = await readSlots(db, now);
  const present = Math.max(0, ...[...pools.values()].map((pool) => pool.slots));
  if (present === 0) return new Map();
  const rows = await readPaces(db, batchIds);
  return new Map(
    rows.map(({ id, maxActive, ...pace }) => {
      const seconds = secondsLeft({ ...pace, slots: Math.min(present, maxActive) });
      return [id, new Date(now.getTime() + seconds * 1_000)];
    }),
  );
}

/**
 * A row that is not measured counts as the mean of the others, and one that is rendered as half of itself.
 * The time of a video begins with its request, and not before the end of the one before the newest: what it
 * shared with older ones is not counted twice. In a pause, no video is requested.
 */
const readPaces = (db: Db, batchIds: readonly string[]): Promise<Row[]> =>
  db.$queryRaw<Row[]>`
    SELECT b.id, b.max_active AS "maxActive", "leftSeconds", "longestSeconds", "meanSeconds",
      coalesce(newest."takenSeconds", 0) AS "takenSeconds", coalesce(newest."elapsedSeconds", 0) AS "elapsedSeconds"
    FROM batches b
      CROSS JOIN LATERAL (
        SELECT avg((measure->>'wallSeconds')::float8) AS mean FROM batch_rows WHERE batch_id = b.id
          AND status NOT IN ('INVALID', 'DUPLICATE') AND NOT is_missing) known
      CROSS JOIN LATERAL (
        SELECT sum(seconds) AS "leftSeconds", max(seconds) AS "longestSeconds", known.mean AS "meanSeconds"
        FROM (
          SELECT coalesce((measure->>'wallSeconds')::float8, known.mean) * CASE status WHEN 'RUNNING' THEN 0.5 ELSE 1 END AS seconds
          FROM batch_rows WHERE batch_id = b.id AND status IN ('VALID', 'QUEUED', 'RUNNING') AND NOT is_missing) waiting) open
      LEFT JOIN LATERAL (
        SELECT ended_at FROM batch_rows WHERE batch_id = b.id AND status = 'READY'
        ORDER BY ended_at DESC OFFSET ${NEWEST} LIMIT 1) older ON true
      CROSS JOIN LATERAL (
        SELECT sum(seconds) AS "takenSeconds",
          (SELECT sum(extract(epoch FROM upper(busy) - lower(busy))) FROM unnest(range_agg(span)) AS busy)::float8 AS "elapsedSeconds"
        FROM (
          SELECT tstzrange(least(greatest(coalesce(e.created_at, v.created_at), older.ended_at), r.ended_at), r.ended_at) AS span, (
            SELECT sum(a.wall_seconds) FROM jobs j JOIN tasks t ON t.job_id = j.id JOIN attempts a ON a.task_id = t.id
            WHERE j.video_id = v.id AND j.edition_id IS NOT DISTINCT FROM r.edition_id
              AND j.kind::text = ANY(${[...renderingJobKinds]}::text[])) AS seconds
          FROM (
            SELECT video_id, edition_id, ended_at FROM batch_rows WHERE batch_id = b.id AND status = 'READY'
            ORDER BY ended_at DESC LIMIT ${NEWEST}) r
            JOIN videos v ON v.id = r.video_id LEFT JOIN editions e ON e.id = r.edition_id) done) newest
    WHERE b.id = ANY(${[...batchIds]}::uuid[]) AND b.status = 'RUNNING' AND "leftSeconds" IS NOT NULL`;
