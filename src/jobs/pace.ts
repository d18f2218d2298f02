import { Prisma } from "../../prisma/generated/client.ts";
import type { Pool } from "../../prisma/generated/enums.ts";
import { type Db, videoJobKinds } from "../database/index.ts";
import { fitLine } from "./fit-line.ts";

/** Properties of a video that determine the work, as far as they are known. */
export interface Work {
  durationMs: number | null;
  /** Of the source. */
  pixels: number | null;
  sizeBytes: number | null;
}

/**
 * Milliseconds from the start of a job's first attempt to its end; null if too little is known about the
 * video.
 */
export type Pace = (work: Work) => number | null;

interface Sample extends Work {
  kind: string;
  profile: string;
  pool: Pool;
  jobMs: number;
}

/** Maximum number of finished jobs from which a profile's pace is learned: the newest, */
const SAMPLES = 50;
/** among the newest completed attempts. */
const LOOKED_AT = 1_000;

type Paces = ReadonlyMap<string, Pace>;

interface Job {
  kind: string;
  profile: string;
  pool: Pool;
}

const nameOf = ({ kind, profile, pool }: Job): string => `${pool} ${kind} ${profile}`;

export const paceOf = (paces: Paces, job: Job): Pace | null => paces.get(nameOf(job)) ?? null;

/** Of the joined `sources s`. The bytes of a script say nothing about the work. */
export const sourceBytes = Prisma.sql`(CASE WHEN s.params IS NULL THEN s.size_bytes END)::float8`;

/**
 * The pace per kind, profile and pool, learned from jobs that succeeded at the first try with the whole
 * ladder.
 */
export async function readPaces(db: Db, profiles: readonly string[]): Promise<Paces> {
  if (profiles.length === 0) return new Map();
  const rows = await db.$queryRaw<Sample[]>`
    SELECT kind, profile, pool, "jobMs", "durationMs", pixels, "sizeBytes" FROM (
      SELECT j.kind, j.profile->>'name' AS profile, t.pool, (extract(epoch FROM j.ended_at - j.started_at) * 1000)::float8 AS "jobMs",
        v.duration_ms AS "durationMs", v.width::float8 * v.height AS pixels, ${sourceBytes} AS "sizeBytes",
        row_number() OVER (PARTITION BY j.kind, j.profile->>'name', t.pool ORDER BY j.ended_at DESC) AS age
      FROM (SELECT * FROM attempts WHERE outcome = 'COMPLETED' ORDER BY ended_at DESC LIMIT ${LOOKED_AT}) a
        JOIN tasks t ON t.id = a.task_id AND NOT t.is_rest JOIN jobs j ON j.id = t.job_id
        JOIN videos v ON v.id = j.video_id JOIN sources s ON s.video_id = j.video_id
      WHERE j.kind = ANY (${[...videoJobKinds]}::text[]) AND j.status = 'SUCCEEDED' AND j.started_at IS NOT NULL AND j.retry_of_id IS NULL AND j.only_variants = '{}'
        -- One that was begun while its upload was under way waited for that, too.
        AND (s.received_at IS NULL OR s.received_at <= j.started_at)
        AND j.profile->>'name' = ANY (${[...profiles]})
    ) newest WHERE age <= ${SAMPLES}`;
  const groups = Map.groupBy(rows, nameOf);
  return new Map([...groups].map(([name, finished]) => [name, learnPace(finished)]));
}

/**
 * Work grows with the length and the pixels of the source. Before probing, it is assumed to grow with the
 * bytes; without those, every video takes the average. Pure.
 */
export function learnPace(finished: readonly (Work & { jobMs: number })[]): Pace {
  const byPixels = learn(finished, pixelMs);
  const byBytes = learn(finished, ({ sizeBytes }) => sizeBytes);
  const average = finished.reduce((sum, { jobMs }) => sum + jobMs, 0) / finished.length;
  return (work) => {
    if (finished.length === 0) return null;
    const pixels = pixelMs(work);
    if (pixels !== null && byPixels) return byPixels(pixels);
    if (work.sizeBytes !== null && byBytes) return byBytes(work.sizeBytes);
    return average;
  };
}

const pixelMs = ({ durationMs, pixels }: Work): number | null =>
  durationMs !== null && pixels !== null ? durationMs * pixels : null;

function learn(
  finished: readonly (Work & { jobMs: number })[],
  measure: (work: Work) => number | null,
): ((amount: number) => number) | null {
  return fitLine(
    finished.flatMap((sample) => {
      const amount = measure(sample);
      return amount === null ? [] : [{ x: amount, y: sample.jobMs }];
    }),
  );
}
