import { DrawnChunk } from "@reelay/contracts";
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
}

interface Row {
  attemptId: string;
  startMs: number;
  endMs: number | null;
  drawn: unknown;
}

const columns = { attemptId: true, startMs: true, endMs: true, drawn: true } as const;

/** The finished chunks of drawn videos, by video, in the order of their timelines. */
export async function readChunks(db: Db, videoIds: readonly string[]): Promise<ReadonlyMap<string, Chunk[]>> {
  const rows = await db.part.findMany({
    where: { videoId: { in: [...videoIds] }, isComplete: true },
    distinct: ["videoId", "startMs"],
    orderBy: [{ videoId: "asc" }, { startMs: "asc" }, { rendition: "asc" }],
    select: { ...columns, videoId: true, video: { select: { durationMs: true } } },
  });
  const byVideo = Map.groupBy(rows.filter(isDrawn), ({ videoId }) => videoId);
  return new Map([...byVideo].map(([videoId, own]) => [videoId, own.map(toChunk)]));
}

const isDrawn = ({ drawn }: Pick<Row, "drawn">): boolean => DrawnChunk.safeParse(drawn).success;

function toChunk(
  { startMs, endMs, drawn, video }: Row & { video: { durationMs: number | null } },
  index: number,
): Chunk {
  const { title, copiedFrom = null } = DrawnChunk.parse(drawn);
  const lastMs = endMs ?? video.durationMs ?? startMs;
  return { index, title: title ?? null, startMs, endMs: lastMs, copiedFrom };
}

/** By job; without an entry: it has drawn no chunk. */
export async function readReuse(db: Db, jobIds: readonly string[]): Promise<ReadonlyMap<string, Reuse>> {
  const attempts = await db.attempt.findMany({
    where: { task: { jobId: { in: [...jobIds] } } },
    select: { id: true, task: { select: { jobId: true } } },
  });
  const jobs = new Map(attempts.map(({ id, task }) => [id, task.jobId]));
  const made = { attemptId: { in: [...jobs.keys()] } };
  const [parts, ofEditions] = await Promise.all([
    db.part.findMany({ where: { ...made, isComplete: true }, select: columns }),
    db.editionPart.findMany({ where: made, select: columns }),
  ]);
  const rows = [...parts, ...ofEditions].filter(isDrawn);
  const byJob = Map.groupBy(rows, ({ attemptId }) => jobs.get(attemptId) ?? "");
  const copies = rows.flatMap(({ drawn }) => DrawnChunk.parse(drawn).copiedFrom ?? []);
  const rates = await readRates(db, new Set(copies));
  return new Map([...byJob].map(([jobId, own]) => [jobId, toReuse(own, rates)]));
}

function toReuse(rows: readonly Row[], rates: ReadonlyMap<string, number>): Reuse {
  const chunks = new Map(rows.map((row) => [row.startMs, row]));
  const drawings = [...chunks.values()].map((row) => DrawnChunk.parse(row.drawn));
  const seconds = [...chunks.values()].map(({ startMs, endMs }) => (endMs === null ? null : endMs - startMs));
  const copied = drawings.filter(({ copiedFrom }) => copiedFrom !== undefined).length;
  let saved: number | null = 0;
  for (const [index, { copiedFrom }] of drawings.entries()) {
    if (copiedFrom === undefined || saved === null) continue;
    const rate = rates.get(copiedFrom);
    const lengthMs = seconds[index] ?? 0;
    saved = rate === undefined ? null : saved + (rate * lengthMs) / 1000;
  }
  return { chunks: chunks.size, copied, drawn: chunks.size - copied, savedCpuSeconds: saved };
}

/** CPU-seconds per second of video that these videos have drawn themselves. */
async function readRates(db: Db, videoIds: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
  if (videoIds.size === 0) return new Map();
  const ids = [...videoIds];
  const [chunks, attempts] = await Promise.all([
    readChunks(db, ids),
    db.attempt.findMany({
      where: { cpuSeconds: { not: null }, task: { job: { videoId: { in: ids } } } },
      select: { cpuSeconds: true, task: { select: { job: { select: { videoId: true } } } } },
    }),
  ]);
  const rates = new Map<string, number>();
  for (const [videoId, own] of chunks) {
    const drawnMs = own.reduce(
      (sum, { startMs, endMs, copiedFrom }) => sum + (copiedFrom === null ? endMs - startMs : 0),
      0,
    );
    const cpuSeconds = attempts
      .filter(({ task }) => task.job.videoId === videoId)
      .reduce((sum, attempt) => sum + (attempt.cpuSeconds ?? 0), 0);
    if (drawnMs > 0 && cpuSeconds > 0) rates.set(videoId, cpuSeconds / (drawnMs / 1000));
  }
  return rates;
}
