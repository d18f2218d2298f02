/** What rows are estimated to take, and what they took. */
import type { CompositionSettings, Profile } from "@reelay/contracts";
import { z } from "zod";
import { Prisma } from "../../prisma/generated/client.ts";
import { type Db, renderingJobKinds, videoKindOf } from "../database/index.ts";
import { type ComputeOffer, costOf, totalOf } from "../prices/index.ts";
import { type Estimate, estimateBases, learnCost } from "../source-checks/index.ts";
import { objectsOf } from "../work/index.ts";
import { readSlots } from "../workers/index.ts";
import type { HeldBatch } from "./deps.ts";

/** What a worker counted of a row, and what its video is estimated to take. */
export const RowMeasure = z.object({
  version: z.literal(1),
  scenes: z.int().nonnegative(),
  /** Length by the reading time of its texts. Null: the row could not be counted. */
  countedMs: z.number().nonnegative().nullable(),
  /** Of the video. Null: the row could not be counted. */
  durationMs: z.number().nonnegative().nullable(),
  speechCharacters: z.int().nonnegative(),
  /** Processor time of all cores. */
  cpuSeconds: z.number().nonnegative().nullable(),
  /** Time of a worker's slot. */
  wallSeconds: z.number().nonnegative().nullable(),
  /** Of the video's renditions. */
  storedBytes: z.number().nonnegative().nullable(),
  /** That are written for the video. Rows that were measured before this was counted have none. */
  objects: z.number().nonnegative().nullable().default(null),
  basis: z.enum(estimateBases),
  /** Finished videos that it is learned from. */
  samples: z.int().nonnegative(),
});
export type RowMeasure = z.infer<typeof RowMeasure>;

/** What the videos of rows take. */
export interface Amounts {
  /** Rows that it is known of. */
  rows: number;
  cpuSeconds: number;
  wallSeconds: number;
  speechCharacters: number;
  durationMs: number;
  storedBytes: number;
}

/**
 * All rungs of the default profile, until the first video of the template is finished: the sound, and the
 * pictures by million pixels of one. Measured with quizzes at 360p (`npm run bench -- batch`), assumed of
 * others.
 */
const SOUND_BYTES_PER_SECOND = 16_000;
const BYTES_PER_SECOND_OF_MEGAPIXEL = 87_000;
/** Assumed: wall time per second of processor time of a worker with two cores, as above. */
const DEFAULT_WALL = 0.6;
/** Newest finished rows that an estimate is learned from. */
const SAMPLES = 50;
const LEAST_FOR_LINE = 5;

interface Learned {
  samples: number;
  /** Lengths of their videos, as they are and as they were counted before anything was spoken. */
  durationMs: number | null;
  countedMs: number | null;
  storedBytes: number | null;
  cpuSeconds: number | null;
  wallSeconds: number | null;
  /** Processor time by counted length: a line. Null if their lengths are equal. */
  cpuSecondsAtZero: number | null;
  cpuSecondsPerMs: number | null;
}

type Cost = Omit<RowMeasure, "version" | "scenes">;

/**
 * What a counted row takes, as learned from finished rows of the same template and picture. `profile`: null
 * if it was deleted.
 */
export async function learnCosts(
  db: Db,
  { workspaceId }: Pick<HeldBatch, "workspaceId">,
  { look, profile }: { look: CompositionSettings; profile: Profile | null },
): Promise<(row: { frames: number | null; speechCharacters: number }) => Cost> {
  const general = await learnCost(db, { kind: "TEMPLATE", params: { ...look } });
  const [learned] = await db.$queryRaw<[Learned]>`
    SELECT count(*)::int AS samples, sum(duration_ms)::float8 AS "durationMs", sum(counted_ms)::float8 AS "countedMs",
      sum(stored_bytes)::float8 AS "storedBytes", sum(cpu_seconds)::float8 AS "cpuSeconds",
      sum(wall_seconds)::float8 AS "wallSeconds", regr_intercept(cpu_seconds, counted_ms) AS "cpuSecondsAtZero",
      regr_slope(cpu_seconds, counted_ms) AS "cpuSecondsPerMs"
    FROM (
      SELECT v.duration_ms, (r.measure->>'countedMs')::float8 AS counted_ms, taken.*
      FROM batch_rows r JOIN videos v ON v.id = r.video_id JOIN sources s ON s.video_id = v.id
        CROSS JOIN LATERAL (
          SELECT (SELECT sum(size_bytes) FROM variants WHERE video_id = v.id) AS stored_bytes,
            sum(a.cpu_seconds) AS cpu_seconds, sum(a.wall_seconds) AS wall_seconds
          FROM jobs j JOIN tasks t ON t.job_id = j.id JOIN attempts a ON a.task_id = t.id
          WHERE j.video_id = v.id AND j.kind::text = ${videoKindOf("TEMPLATE")}) taken
      WHERE r.workspace_id = ${workspaceId}::uuid AND r.status = 'READY' AND r.edition_id IS NULL AND v.duration_ms > 0
        AND r.measure->>'countedMs' IS NOT NULL AND taken.cpu_seconds > 0
        AND s.params->'template'->>'sha256' = ${look.template.sha256}
        AND (s.params->>'height')::int = ${look.height} AND (s.params->>'frameRate')::float8 = ${look.frameRate}
      ORDER BY r.ended_at DESC LIMIT ${SAMPLES}) newest`;
  return ({ frames, speechCharacters }) => {
    if (frames === null) return { ...unknown, speechCharacters };
    const countedMs = (frames * 1000) / look.frameRate;
    const cost =
      learned.samples > 0 ? fromRows(learned, countedMs) : fromVideos(general(frames), countedMs, look);
    const { durationMs } = cost;
    const objects = profile && durationMs !== null ? objectsOf(profile, { ...look, durationMs }) : null;
    return { ...cost, countedMs, speechCharacters, objects };
  };
}

const unknown: Omit<Cost, "speechCharacters"> = {
  ...{ countedMs: null, durationMs: null, cpuSeconds: null, wallSeconds: null, storedBytes: null },
  objects: null,
  ...{ basis: "DEFAULT", samples: 0 },
};

type Learnt = Omit<Cost, "countedMs" | "speechCharacters" | "objects">;

function fromVideos(
  { cpuSeconds, basis, samples }: Estimate,
  durationMs: number,
  { width, height }: Pick<CompositionSettings, "width" | "height">,
): Learnt {
  const bytesPerSecond = SOUND_BYTES_PER_SECOND + (BYTES_PER_SECOND_OF_MEGAPIXEL * width * height) / 1e6;
  const storedBytes = Math.round((durationMs * bytesPerSecond) / 1000);
  return {
    durationMs,
    cpuSeconds,
    wallSeconds: tenths(cpuSeconds * DEFAULT_WALL),
    storedBytes,
    basis,
    samples,
  };
}

/** A line through the samples, or their average if their lengths hardly differ. Pure. */
function fromRows(learned: Learned, countedMs: number): Learnt {
  const { samples, cpuSecondsAtZero: atZero, cpuSecondsPerMs: perMs } = learned;
  const [counted, cpu] = [learned.countedMs ?? 0, learned.cpuSeconds ?? 0];
  const isLine = samples >= LEAST_FOR_LINE && atZero !== null && perMs !== null && atZero >= 0 && perMs > 0;
  const cpuSeconds = isLine ? atZero + perMs * countedMs : (cpu / counted) * countedMs;
  const durationMs = ((learned.durationMs ?? counted) / counted) * countedMs;
  return {
    durationMs: Math.round(durationMs),
    cpuSeconds: tenths(cpuSeconds),
    wallSeconds: tenths(((learned.wallSeconds ?? cpu * DEFAULT_WALL) / cpu) * cpuSeconds),
    storedBytes: Math.round(((learned.storedBytes ?? 0) / (learned.durationMs ?? counted)) * durationMs),
    ...{ basis: "MEASURED", samples },
  };
}

const tenths = (value: number): number => Math.round(value * 10) / 10;

/** What work costs on the machines of an offer. */
export interface OfferCost {
  /** Name of the offer. */
  offer: string;
  micros: number;
}

type Work = Record<"wallSeconds" | "cpuSeconds" | "objects", number | null>;

/** What videos would cost on each kind of machine; `wallSeconds` is the time of one slot. Pure. */
export const costByOffer = (
  offers: readonly Pick<ComputeOffer, "name" | "rate">[],
  { wallSeconds, cpuSeconds, objects }: Work,
): OfferCost[] =>
  offers.map(({ name, rate }) => {
    const taken = { wallSeconds: wallSeconds ?? 0, cpuSeconds: cpuSeconds ?? 0, objects: objects ?? 0 };
    return { offer: name, micros: totalOf(costOf(rate, { ...taken, bytesRead: 0 })) };
  });

interface Estimates extends Amounts, Basis {
  /** Time of all slots together. */
  slotSeconds: number;
  objects: number;
}

/** What all rows of batches are estimated to take; `wallSeconds` with the slots of the present workers. */
export async function readEstimates(
  db: Db,
  now: Date,
  batchIds: readonly string[],
): Promise<Map<string, Estimates>> {
  const [sums, pools] = await Promise.all([sumEstimates(db, batchIds), readSlots(db, now)]);
  const slots = Math.max(1, ...[...pools.values()].map((pool) => pool.slots));
  return new Map(
    [...sums].map(([id, { wallSeconds: slotSeconds, ...sum }]) => [
      id,
      { ...sum, slotSeconds, wallSeconds: tenths(slotSeconds / slots) },
    ]),
  );
}

type Sums = Omit<Estimates, "slotSeconds">;

async function sumEstimates(db: Db, batchIds: readonly string[]): Promise<Map<string, Sums>> {
  const rows = await db.$queryRaw<(Sums & { id: string })[]>`
    SELECT batch_id AS id, count(*)::int AS rows, sum((measure->>'cpuSeconds')::float8) AS "cpuSeconds",
      sum((measure->>'wallSeconds')::float8) AS "wallSeconds", sum((measure->>'speechCharacters')::int)::int AS "speechCharacters",
      sum((measure->>'durationMs')::float8) AS "durationMs", sum((measure->>'storedBytes')::float8) AS "storedBytes",
      coalesce(sum((measure->>'objects')::float8), 0) AS objects,
      bool_and(measure->>'basis' = 'MEASURED') AS "isMeasured", min((measure->>'samples')::int) AS samples
    FROM batch_rows WHERE batch_id = ANY(${[...batchIds]}::uuid[]) AND measure->>'countedMs' IS NOT NULL
      AND status NOT IN ('INVALID', 'DUPLICATE') AND NOT is_missing
    GROUP BY batch_id`;
  return new Map(rows.map(({ id, ...sums }) => [id, sums]));
}

interface Basis {
  /** Whether all are learned from finished videos. */
  isMeasured: boolean;
  samples: number;
}

export interface Taken extends Amounts {
  /** What it was charged, in micro-USD. */
  costMicros: number;
}

/** What finished videos took, by the ids of their rows. */
export async function readTaken(
  db: Db,
  rowIds: readonly string[],
): Promise<Map<string, Omit<Taken, "rows">>> {
  const rows = await db.$queryRaw<(Omit<Taken, "rows"> & { id: string })[]>`
    SELECT r.id, ${takenColumns} FROM batch_rows r JOIN videos v ON v.id = r.video_id
      CROSS JOIN LATERAL (${takenByVideo}) taken
    WHERE r.id = ANY(${[...rowIds]}::uuid[]) AND r.status = 'READY'`;
  return new Map(rows.map(({ id, ...taken }) => [id, taken]));
}

/** Sums of what the finished videos of each batch took. */
export async function sumTaken(db: Db, batchIds: readonly string[]): Promise<Map<string, Taken>> {
  const rows = await db.$queryRaw<(Taken & { id: string })[]>`
    SELECT id, count(*)::int AS rows, sum("cpuSeconds") AS "cpuSeconds", sum("wallSeconds") AS "wallSeconds",
      sum("speechCharacters")::int AS "speechCharacters", sum("durationMs") AS "durationMs", sum("storedBytes") AS "storedBytes",
      sum("costMicros") AS "costMicros"
    FROM (
      SELECT r.batch_id AS id, ${takenColumns} FROM batch_rows r JOIN videos v ON v.id = r.video_id
        CROSS JOIN LATERAL (${takenByVideo}) taken
      WHERE r.batch_id = ANY(${[...batchIds]}::uuid[]) AND r.status = 'READY') each
    GROUP BY id`;
  return new Map(rows.map(({ id, ...sums }) => [id, sums]));
}

const takenColumns = Prisma.sql`coalesce(taken.cpu_seconds, 0)::float8 AS "cpuSeconds",
  coalesce(taken.wall_seconds, 0)::float8 AS "wallSeconds",
  coalesce((r.measure->>'speechCharacters')::int, 0) AS "speechCharacters",
  coalesce(v.duration_ms, 0)::float8 AS "durationMs", coalesce(taken.stored_bytes, 0)::float8 AS "storedBytes",
  coalesce(taken.cost_micros, 0)::float8 AS "costMicros"`;

/** Of all attempts that drew it, also failed ones and those of editions. */
const takenByVideo = Prisma.sql`
  SELECT (SELECT sum(size_bytes) FROM variants WHERE video_id = v.id) AS stored_bytes,
    sum(a.cpu_seconds) AS cpu_seconds, sum(a.wall_seconds) AS wall_seconds,
    sum(coalesce(a.compute_micros, 0) + coalesce(a.objects_micros, 0) + coalesce(a.egress_micros, 0)) AS cost_micros
  FROM jobs j JOIN tasks t ON t.job_id = j.id JOIN attempts a ON a.task_id = t.id
  WHERE j.video_id = v.id AND j.kind::text = ANY(${[...renderingJobKinds]}::text[])`;
