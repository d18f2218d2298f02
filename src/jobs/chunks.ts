import { Account, DrawnChunk, type SpeechUsage } from "@reelay/contracts";
import { z } from "zod";
import type { Db } from "../database/index.ts";

/** A part of a drawn video, which was encoded or copied by itself. */
export interface Chunk {
  /** From 0. */
  index: number;
  /** Name of its first scene. Null: it has none. */
  title: string | null;
  startMs: number;
  endMs: number;
  /** Id of the video for which it was drawn, if it was copied. Null: it was drawn for its own. */
  copiedFrom: string | null;
}

/** What a job has drawn, and what it has copied from other videos. */
export interface Reuse {
  chunks: number;
  copied: number;
  drawn: number;
  /** CPU time that the copied chunks took where they were drawn, as an estimate. Null: unknown. */
  savedCpuSeconds: number | null;
  /** Of its texts. Null: nothing is spoken, or it has not ended. */
  speech: SpeechUsage | null;
}

interface Row {
  attemptId: string;
  startMs: number;
  endMs: number | null;
  drawn: unknown;
}

const columns = { attemptId: true, startMs: true, endMs: true, drawn: true } as const;
const frameRate = { select: { frameRate: true } } as const;

interface ChunkRow extends Pick<Row, "startMs" | "endMs" | "drawn"> {
  /** Of the video. */
  durationMs: number | null;
}

/** The finished chunks of drawn videos, by video, in the order of their timelines. */
export async function readChunks(db: Db, videoIds: readonly string[]): Promise<ReadonlyMap<string, Chunk[]>> {
  const rows = await db.$queryRaw<Array<ChunkRow & { videoId: string }>>`
    SELECT DISTINCT ON (p.video_id, p.start_ms) p.video_id AS "videoId", p.start_ms AS "startMs", p.end_ms AS "endMs", p.drawn,
      v.duration_ms AS "durationMs"
    FROM parts p JOIN videos v ON v.id = p.video_id
    WHERE p.video_id = ANY (${[...videoIds]}::uuid[]) AND p.is_complete
    -- A repair or a retry may have drawn some renditions of a copied chunk again.
    ORDER BY p.video_id, p.start_ms, p.drawn->>'copiedFrom' NULLS LAST, p.rendition`;
  const byVideo = Map.groupBy(rows.filter(isDrawn), ({ videoId }) => videoId);
  return new Map([...byVideo].map(([videoId, own]) => [videoId, own.map(toChunk)]));
}

/** Chunks as they are stored with an edition. */
const StoredChunks = z.array(
  z.object({
    index: z.int(),
    title: z.string().nullable(),
    startMs: z.int(),
    endMs: z.int(),
    copiedFrom: z.string().nullable(),
  }),
);

/**
 * The chunks that editions drew instead of copying them from the edition before, by edition, in the order of
 * their timelines: so far, while an edition is rendered. Without an entry: unknown.
 */
export async function readChanges(
  db: Db,
  editionIds: readonly string[],
): Promise<ReadonlyMap<string, Chunk[]>> {
  const editions = await db.edition.findMany({
    where: { id: { in: [...editionIds] } },
    select: { id: true, status: true, changes: true },
  });
  const open = editions.filter(({ status }) => status === "RENDERING");
  const drawn = await Promise.all(open.map(async ({ id }) => [id, await readDrawn(db, id)] as const));
  const stored = editions.flatMap(({ id, changes }) =>
    changes === null ? [] : [[id, StoredChunks.parse(changes)] as const],
  );
  return new Map([...stored, ...drawn]);
}

/** The finished chunks of an edition that is not published, without those that were copied. */
export async function readDrawn(db: Db, editionId: string): Promise<Chunk[]> {
  const rows = await db.editionPart.findMany({
    where: { editionId },
    distinct: ["startMs"],
    orderBy: [{ startMs: "asc" }, { rendition: "asc" }],
    select: columns,
  });
  return rows
    .filter(isDrawn)
    .map((row, index) => toChunk({ ...row, durationMs: null }, index))
    .filter(({ copiedFrom }) => copiedFrom === null);
}

const isDrawn = ({ drawn }: Pick<Row, "drawn">): boolean => DrawnChunk.safeParse(drawn).success;

function toChunk({ startMs, endMs, drawn, durationMs }: ChunkRow, index: number): Chunk {
  const { title, copiedFrom = null } = DrawnChunk.parse(drawn);
  return { index, title: title ?? null, startMs, endMs: endMs ?? durationMs ?? startMs, copiedFrom };
}

/** By job; without an entry: it has drawn no chunk. */
export async function readReuse(db: Db, jobIds: readonly string[]): Promise<ReadonlyMap<string, Reuse>> {
  const attempts = await db.attempt.findMany({
    where: { task: { jobId: { in: [...jobIds] } } },
    select: { id: true, account: true, task: { select: { jobId: true } } },
  });
  const jobs = new Map(attempts.map(({ id, task }) => [id, task.jobId]));
  const made = { attemptId: { in: [...jobs.keys()] } };
  const [parts, ofEditions] = await Promise.all([
    db.part.findMany({ where: { ...made, isComplete: true }, select: { ...columns, video: frameRate } }),
    db.editionPart.findMany({
      where: made,
      select: { ...columns, edition: { select: { video: frameRate } } },
    }),
  ]);
  const rows = [
    ...parts.map((row) => Object.assign(row, row.video)),
    ...ofEditions.map((row) => Object.assign(row, row.edition.video)),
  ].filter(isDrawn);
  const byJob = Map.groupBy(rows, ({ attemptId }) => jobs.get(attemptId) ?? "");
  const copies = rows.flatMap(({ drawn }) => DrawnChunk.parse(drawn).copiedFrom ?? []);
  const rates = await readRates(db, new Set(copies));
  const accounts = Map.groupBy(attempts, ({ task }) => task.jobId);
  return new Map(
    [...byJob].map(([jobId, own]) => {
      const speech = sumSpeech(accounts.get(jobId) ?? []);
      return [jobId, { ...toReuse(own, rates), speech }];
    }),
  );
}

function sumSpeech(attempts: readonly { account: unknown }[]): SpeechUsage | null {
  const usages = attempts.flatMap(({ account }) => Account.safeParse(account).data?.speech ?? []);
  if (usages.length === 0) return null;
  return {
    spokenCharacters: usages.reduce((sum, { spokenCharacters }) => sum + spokenCharacters, 0),
    reusedCharacters: usages.reduce((sum, { reusedCharacters }) => sum + reusedCharacters, 0),
  };
}

interface TimedRow extends Row {
  /** Of the video; null: unknown. */
  frameRate: number | null;
}

function toReuse(rows: readonly TimedRow[], rates: ReadonlyMap<string, number>): Omit<Reuse, "speech"> {
  const chunks = new Map(rows.map((row) => [row.startMs, row]));
  let copied = 0;
  let saved: number | null = 0;
  for (const row of chunks.values()) {
    const { copiedFrom, frames } = DrawnChunk.parse(row.drawn);
    if (copiedFrom === undefined) continue;
    copied += 1;
    const rate = rates.get(copiedFrom);
    saved = rate === undefined || saved === null ? null : saved + rate * secondsOf(row, frames);
  }
  return { chunks: chunks.size, copied, drawn: chunks.size - copied, savedCpuSeconds: saved };
}

/** Length of a chunk. The last one has no end of its own. */
const secondsOf = ({ startMs, endMs, frameRate: rate }: TimedRow, frames: number): number =>
  rate === null ? ((endMs ?? startMs) - startMs) / 1000 : frames / rate;

/**
 * CPU-seconds per second of video that these videos have drawn. That of the attempt which drew most counts:
 * what others cost is mostly sound and copies.
 */
async function readRates(db: Db, videoIds: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
  if (videoIds.size === 0) return new Map();
  const attempts = await db.attempt.findMany({
    where: { cpuSeconds: { not: null }, task: { job: { videoId: { in: [...videoIds] } } } },
    select: { cpuSeconds: true, account: true, task: { select: { job: { select: { videoId: true } } } } },
  });
  const most = new Map<string, { drawnMs: number; rate: number }>();
  for (const { cpuSeconds, account, task } of attempts) {
    const { videoId } = task.job;
    const drawnMs = Account.safeParse(account).data?.drawnMs ?? 0;
    if (drawnMs <= (most.get(videoId)?.drawnMs ?? 0)) continue;
    most.set(videoId, { drawnMs, rate: (cpuSeconds ?? 0) / (drawnMs / 1000) });
  }
  return new Map([...most].map(([videoId, { rate }]) => [videoId, rate]));
}
