/** What rows are estimated to take, and what they took. */
import type { CompositionSettings, Profile } from "@reelay/contracts";
import { z } from "zod";
import { Prisma } from "../../prisma/generated/client.ts";
import { type Db, renderingJobKinds, videoKindOf } from "../database/index.ts";
import { type ComputeOffer, costOf, totalOf } from "../prices/index.ts";
import { estimateBases } from "../source-checks/index.ts";
import { featuresOf, learnWork, objectsOf, usualBytesPerSecond } from "../work/index.ts";
import { readSlots } from "../workers/index.ts";
import type { HeldBatch } from "./deps.ts";
import type { StoredRowSettings } from "./settings.ts";

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
  /** Chunks that it plans, by what they show and say. Rows that were measured before this have none. */
  chunks: z.array(z.object({ key: z.string(), frames: z.number() })).default([]),
  /** Part of it that the workspace has already: its chunks are copied. */
  copiedShare: z.number().min(0).max(1).default(0),
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

/** Newest finished rows that lengths, sizes and copied parts are learned from. */
const SAMPLES = 30;

/** A row that was finished with the same template. */
interface FinishedRow {
  /** Of its video, as it is and as it was counted before anything was spoken. */
  durationMs: number;
  countedMs: number;
  speechCharacters: number;
  storedBytes: number;
  objects: number;
  width: number;
  height: number;
  profile: string;
  /** What was not copied. Null: not known. */
  drawnMs: number | null;
}

type Cost = Omit<RowMeasure, "version" | "scenes" | "chunks">;

interface Counted {
  frames: number | null;
  speechCharacters: number;
  chunks: RowMeasure["chunks"];
  /** What it says about its video. */
  own: StoredRowSettings;
}

export interface LearnedCosts {
  /** Finished videos that they are learned from. */
  samples: number;
  of(row: Counted): Cost;
}

/**
 * What counted rows take: their work as `learnWork` has it; their lengths and sizes as in finished rows of
 * the same template; their copied parts by the chunks of finished rows.
 *
 * @param look of rows with equal clips, with their own materials
 * @param common of the batch's rows that have nothing of their own
 * @param profile null if it was deleted
 */
export async function learnCosts(
  db: Db,
  batch: Pick<HeldBatch, "id" | "workspaceId">,
  {
    look,
    common,
    profile,
  }: { look: CompositionSettings; common: CompositionSettings; profile: Profile | null },
): Promise<LearnedCosts> {
  const key = { kind: videoKindOf("TEMPLATE"), source: "TEMPLATE", params: look } as const;
  const work = await learnWork(db, { ...key, profile: profile?.name ?? "" }, { offer: null });
  const rows = await readFinished(db, batch, look);
  const [spoken, silent] = [lengthOf(rows, true), lengthOf(rows, false)];
  const drawnShare = medianOf(
    rows.flatMap((row) => (row.drawnMs === null ? [] : [Math.min(1, row.drawnMs / row.durationMs)])),
  );
  const bytesPerMs = learnBytes(rows, { look, profile });
  const objectsFactor = profile && learnObjects(rows, profile);
  const finished = profile && (await readFinishedChunks(db, batch, { look: common, profile }));
  const of = ({ frames, speechCharacters, chunks, own }: Counted): Cost => {
    if (frames === null || profile === null) return { ...unknown, speechCharacters };
    const isExact = finished !== null && chunks.length > 0 && !hasOwnLook(own);
    const copiedShare = isExact ? shareOf(chunks, finished) : 0;
    const countedMs = (frames * 1000) / look.frameRate;
    const durationMs = countedMs * (speechCharacters > 0 ? spoken : silent);
    const { width, height, frameRate } = look;
    const facts = {
      ...{ durationMs, width, height, frameRate },
      // Texts of known chunks are spoken already.
      speechCharacters: Math.round(speechCharacters * (1 - copiedShare)),
      drawnShare: isExact ? 1 - copiedShare : (drawnShare ?? 1),
    };
    const estimated = work.estimate(featuresOf(profile, facts));
    return {
      ...{ countedMs, speechCharacters, copiedShare: hundredths(copiedShare) },
      durationMs: Math.round(durationMs),
      cpuSeconds: estimated && hundredths(estimated.cpuSeconds.likely),
      wallSeconds: estimated && hundredths(estimated.wallSeconds.likely),
      storedBytes: Math.round(durationMs * bytesPerMs),
      objects: Math.round(objectsOf(profile, facts) * (objectsFactor ?? 1)),
      ...{ basis: work.basis === "DEFAULT" ? "DEFAULT" : "MEASURED", samples: work.samples },
    };
  };
  return { samples: work.samples, of };
}

const unknown: Omit<Cost, "speechCharacters"> = {
  ...{ countedMs: null, durationMs: null, cpuSeconds: null, wallSeconds: null, storedBytes: null },
  ...{ objects: null, copiedShare: 0 },
  ...{ basis: "DEFAULT", samples: 0 },
};

/** Newest finished rows whose chunks are known. */
const ROWS_WITH_CHUNKS = 2_000;

/** Whether chunks of other rows with equal keys may show or say something else. */
const hasOwnLook = ({ voice, rate, background, materials }: StoredRowSettings): boolean =>
  voice !== null || rate !== null || background !== null || materials.length > 0;

/** What the finished videos of the workspace's batches with the same settings consist of. */
async function readFinishedChunks(
  db: Db,
  { workspaceId }: Pick<HeldBatch, "workspaceId">,
  { look, profile }: { look: CompositionSettings; profile: Profile },
): Promise<ReadonlySet<string>> {
  const { template, width, height, frameRate, voice, background, materials = [] } = look;
  const wanted = { width, height, frameRate, voice };
  const rows = await db.$queryRaw<{ key: string }[]>`
    SELECT DISTINCT chunk->>'key' AS key FROM (
      SELECT r.measure->'chunks' AS chunks
      FROM batch_rows r JOIN videos v ON v.id = r.video_id JOIN sources s ON s.video_id = v.id
      WHERE r.workspace_id = ${workspaceId}::uuid AND r.status = 'READY' AND NOT r.is_changed
        AND v.profile = ${profile.name} AND s.params->'template'->>'sha256' = ${template.sha256}
        AND s.params @> ${JSON.stringify(wanted)}::jsonb
        AND coalesce(s.params->'materials', '[]'::jsonb) = ${JSON.stringify(materials)}::jsonb
        AND coalesce(s.params->'background', 'null'::jsonb) = ${JSON.stringify(background ?? null)}::jsonb
      ORDER BY r.ended_at DESC LIMIT ${ROWS_WITH_CHUNKS}) finished,
      jsonb_array_elements(coalesce(finished.chunks, '[]'::jsonb)) AS chunk`;
  return new Set(rows.map(({ key }) => key));
}

/** Part of chunks that is among the finished ones. */
function shareOf(chunks: RowMeasure["chunks"], finished: ReadonlySet<string>): number {
  const sum = (of: RowMeasure["chunks"]): number => of.reduce((total, { frames }) => total + frames, 0);
  const all = sum(chunks);
  return all === 0 ? 0 : sum(chunks.filter(({ key }) => finished.has(key))) / all;
}

/** Rows of this batch count before those of others, which may have other scenes in common. */
const readFinished = (
  db: Db,
  { id, workspaceId }: Pick<HeldBatch, "id" | "workspaceId">,
  { template, frameRate, background }: CompositionSettings,
): Promise<FinishedRow[]> =>
  db.$queryRaw<FinishedRow[]>`
    SELECT v.duration_ms::float8 AS "durationMs", (r.measure->>'countedMs')::float8 AS "countedMs",
      (r.measure->>'speechCharacters')::int AS "speechCharacters", v.width, v.height, v.profile,
      taken.stored_bytes::float8 AS "storedBytes", taken.objects::float8 AS objects, taken.drawn_ms::float8 AS "drawnMs"
    FROM batch_rows r JOIN videos v ON v.id = r.video_id JOIN sources s ON s.video_id = v.id
      CROSS JOIN LATERAL (
        SELECT (SELECT sum(size_bytes) FROM variants WHERE video_id = v.id) AS stored_bytes,
          sum((a.account->>'drawnMs')::float8) AS drawn_ms,
          coalesce(sum((SELECT sum(jsonb_array_length(f.files)) FROM stored_folders f WHERE f.attempt_id = a.id)), 0) AS objects
        FROM jobs j JOIN tasks t ON t.job_id = j.id JOIN attempts a ON a.task_id = t.id
        WHERE j.video_id = v.id AND j.kind::text = ${videoKindOf("TEMPLATE")} AND a.outcome = 'COMPLETED') taken
    WHERE r.workspace_id = ${workspaceId}::uuid AND r.status = 'READY' AND r.edition_id IS NULL AND v.duration_ms > 0
      AND (r.measure->>'countedMs')::float8 > 0 AND s.params->'template'->>'sha256' = ${template.sha256}
      AND (s.params->>'frameRate')::float8 = ${frameRate}
      AND (s.params->'background' IS NOT NULL) = ${background !== undefined}
    ORDER BY r.batch_id = ${id}::uuid DESC, r.ended_at DESC LIMIT ${SAMPLES}`;

/** Length by counted length: voices speak faster or slower than people read. */
const lengthOf = (rows: readonly FinishedRow[], isSpoken: boolean): number =>
  medianOf(
    rows
      .filter(({ speechCharacters }) => speechCharacters > 0 === isSpoken)
      .map(({ durationMs, countedMs }) => durationMs / countedMs),
  ) ?? 1;

/** Of videos of the same size and profile; else the usual ones, scaled by those of the template. */
function learnBytes(
  rows: readonly FinishedRow[],
  { look, profile }: { look: CompositionSettings; profile: Profile | null },
): number {
  const usualOf = (size: { width: number; height: number }): number =>
    usualBytesPerSecond(look.template.name, size, look.background !== undefined) / 1_000;
  const alike = rows.filter((row) => row.profile === profile?.name);
  const same = alike.filter((row) => row.width === look.width && row.height === look.height);
  const measured = medianOf(same.map(({ storedBytes, durationMs }) => storedBytes / durationMs));
  if (measured !== null) return measured;
  const factor = medianOf(alike.map((row) => row.storedBytes / row.durationMs / usualOf(row)));
  return usualOf(look) * (factor ?? 1);
}

/** By the number that `objectsOf` has. Null: not known. */
const learnObjects = (rows: readonly FinishedRow[], profile: Profile): number | null =>
  medianOf(
    rows
      .filter((row) => row.profile === profile.name && row.objects > 0)
      .map((row) => row.objects / objectsOf(profile, { ...row, frameRate: 1 })),
  );

/** Null: of no values. */
function medianOf(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [below, above] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return below === undefined || above === undefined ? null : (below + above) / 2;
}

const hundredths = (value: number): number => Math.round(value * 100) / 100;
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

/**
 * What all rows of batches are estimated to take; `wallSeconds` with the slots of the present workers, of
 * which a batch uses `maxActive` at most.
 */
export async function readEstimates(
  db: Db,
  now: Date,
  batchIds: readonly string[],
): Promise<Map<string, Estimates>> {
  const [sums, pools] = await Promise.all([sumEstimates(db, batchIds), readSlots(db, now)]);
  const present = Math.max(1, ...[...pools.values()].map((pool) => pool.slots));
  return new Map(
    [...sums].map(([id, { wallSeconds: slotSeconds, maxActive, ...sum }]) => {
      const slots = Math.min(present, maxActive, sum.rows);
      return [id, { ...sum, slotSeconds, wallSeconds: tenths(slotSeconds / slots) }];
    }),
  );
}

type Sums = Omit<Estimates, "slotSeconds"> & { maxActive: number };

async function sumEstimates(db: Db, batchIds: readonly string[]): Promise<Map<string, Sums>> {
  const rows = await db.$queryRaw<(Sums & { id: string })[]>`
    SELECT batch_id AS id, (SELECT max_active FROM batches WHERE id = batch_id) AS "maxActive", count(*)::int AS rows, sum((measure->>'cpuSeconds')::float8) AS "cpuSeconds",
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

/** What the videos of a batch took; `wallSeconds` is the time in which any of them was made. */
export interface BatchTaken extends Taken {
  /** Time of all slots together. */
  slotSeconds: number;
}

/** What finished videos took, by the ids of their rows. `wallSeconds` is the time of slots. */
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
export async function sumTaken(db: Db, batchIds: readonly string[]): Promise<Map<string, BatchTaken>> {
  const rows = await db.$queryRaw<(BatchTaken & { id: string })[]>`
    SELECT id, count(*)::int AS rows, sum("cpuSeconds") AS "cpuSeconds", sum("wallSeconds") AS "slotSeconds",
      (SELECT coalesce(sum(extract(epoch FROM upper(busy) - lower(busy))), 0)::float8
        FROM unnest(range_agg(spans)) AS busy) AS "wallSeconds",
      sum("speechCharacters")::int AS "speechCharacters", sum("durationMs") AS "durationMs", sum("storedBytes") AS "storedBytes",
      sum("costMicros") AS "costMicros"
    FROM (
      SELECT r.batch_id AS id, taken.spans, ${takenColumns} FROM batch_rows r JOIN videos v ON v.id = r.video_id
        CROSS JOIN LATERAL (${takenByVideo}) taken
      WHERE r.batch_id = ANY(${[...batchIds]}::uuid[]) AND r.status = 'READY') each
    GROUP BY id`;
  return new Map(rows.map(({ id, ...sums }) => [id, sums]));
}

const takenColumns = Prisma.sql`coalesce(taken.cpu_seconds, 0)::float8 AS "cpuSeconds",
  coalesce(taken.wall_seconds, 0)::float8 AS "wallSeconds",
  coalesce(taken.spoken, (r.measure->>'speechCharacters')::int, 0) AS "speechCharacters",
  coalesce(v.duration_ms, 0)::float8 AS "durationMs", coalesce(taken.stored_bytes, 0)::float8 AS "storedBytes",
  coalesce(taken.cost_micros, 0)::float8 AS "costMicros"`;

/** Of all attempts that drew it, also failed ones and those of editions. */
const takenByVideo = Prisma.sql`
  SELECT (SELECT sum(size_bytes) FROM variants WHERE video_id = v.id) AS stored_bytes,
    sum(a.cpu_seconds) AS cpu_seconds, sum(a.wall_seconds) AS wall_seconds,
    range_agg(tstzrange(a.started_at, a.ended_at)) FILTER (WHERE a.ended_at > a.started_at) AS spans,
    max((a.account->'speech'->>'spokenCharacters')::int + (a.account->'speech'->>'reusedCharacters')::int) AS spoken,
    sum(coalesce(a.compute_micros, 0) + coalesce(a.objects_micros, 0) + coalesce(a.egress_micros, 0)) AS cost_micros
  FROM jobs j JOIN tasks t ON t.job_id = j.id JOIN attempts a ON a.task_id = t.id
  WHERE j.video_id = v.id AND j.kind::text = ANY(${[...renderingJobKinds]}::text[])`;
