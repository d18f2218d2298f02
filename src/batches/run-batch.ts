import type { Batch, BatchRow, Prisma } from "../../prisma/generated/client.ts";
import { errorColumn } from "../database/index.ts";
import { updateVideoSource } from "../editions/index.ts";
import { ConflictError, ExpectedError, QuotaExceededError, StoreFullError } from "../errors/index.ts";
import { recordWorkspaceEvent, type Tx } from "../events/index.ts";
import { encodeGlobalId } from "../inputs/index.ts";
import { cancelVideo } from "../jobs/index.ts";
import { retryVideo } from "../kinds/index.ts";
import { type CreateVideoInput, createVideo, deleteVideo, updateVideo } from "../videos/index.ts";
import { type BatchDeps, BatchTakenError, batchViewer, type HeldBatch } from "./deps.ts";
import { LEASE_MS, STARTED_AT_A_TIME, STARTED_TOGETHER } from "./limits.ts";
import { refineEstimates } from "./refine-estimates.ts";
import { BatchSettings, StoredRowSettings } from "./settings.ts";

/** Why no more videos can be requested at the moment. */
interface Wait {
  reason: string;
  retryAfterMs: number;
}

/** The row's video was requested by another process, or the batch was paused. Never leaves this file. */
class RowTakenError extends ExpectedError {
  constructor() {
    super("ROW_TAKEN", "The row has a video, or its batch does not run.");
  }
}

/**
 * Requests the next videos of a batch: as many as `maxActive` and the workspace's quotas permit. Each video
 * is written in the transaction that gives it to its row, so no row ever gets two, whatever is killed.
 *
 * Rejects with `BatchTakenError` when the lease is lost.
 */
export async function startRows(deps: BatchDeps, batch: HeldBatch, stopping: AbortSignal): Promise<void> {
  const { db, clock } = deps;
  await refineEstimates(deps, batch);
  const room = await countRoom(db, batch);
  const rows = await db.batchRow.findMany({
    where: { batchId: batch.id, status: "VALID" },
    orderBy: { position: "asc" },
    take: Math.min(room, STARTED_AT_A_TIME),
  });
  const settings = BatchSettings.parse(batch.settings);
  const halt: { wait: Wait | null } = { wait: null };
  const next = rows.values();
  await Promise.all(
    Array.from({ length: STARTED_TOGETHER }, async () => {
      for (const row of next) {
        if (halt.wait !== null || stopping.aborted) return;
        halt.wait ??= await startRow(deps, batch, { row, settings });
      }
    }),
  );
  const { wait } = halt;
  const { count } = await db.batch.updateMany({
    where: { id: batch.id, status: "RUNNING", attempts: batch.attempts },
    data: {
      waitReason: wait?.reason ?? null,
      waitUntil: wait && new Date(clock().getTime() + wait.retryAfterMs),
    },
  });
  if (count === 0) throw new BatchTakenError();
}

/** Videos that may be requested now. */
async function countRoom(db: BatchDeps["db"], { id, maxActive }: HeldBatch): Promise<number> {
  const active = await db.batchRow.count({ where: { batchId: id, status: { in: ["QUEUED", "RUNNING"] } } });
  return Math.max(maxActive - active, 0);
}

interface Subject {
  row: BatchRow;
  settings: BatchSettings;
}

/** Resolves to what must be waited for; null: go on. */
async function startRow(deps: BatchDeps, batch: HeldBatch, subject: Subject): Promise<Wait | null> {
  const { row } = subject;
  const viewer = batchViewer(batch);
  try {
    if (row.videoId !== null && row.isChanged)
      return await correctRow(deps, batch, { ...subject, videoId: row.videoId });
    if (row.videoId === null)
      await createVideo(deps, viewer, toVideo(subject), (tx, videoId) => takeRow(tx, batch, row.id, videoId));
    else await retryVideo(deps, viewer, { videoId: row.videoId });
    return null;
  } catch (error) {
    if (error instanceof RowTakenError) return null;
    if (error instanceof QuotaExceededError || error instanceof StoreFullError)
      return { reason: error.message, retryAfterMs: error.retryAfterMs };
    if (!(error instanceof ExpectedError)) throw error;
    // Its job was retried in another way, or has ended by now.
    const isRetry = row.videoId !== null && !row.isChanged;
    if (error instanceof ConflictError && isRetry && (await followVideo(deps, row.id))) return null;
    await failRow(deps, row, error);
    return null;
  }
}

/**
 * Gives a new video to its row, in the video's transaction. Throws `RowTakenError`, which removes the video
 * again.
 *
 * Locks: the batch's row is shared until the commit, so that a pause or a cancellation waits for it, and
 * after it no video of the batch is written.
 */
async function takeRow(tx: Tx, { id, attempts }: HeldBatch, rowId: string, videoId: string): Promise<void> {
  const held = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM batches WHERE id = ${id}::uuid AND status = 'RUNNING' AND attempts = ${attempts} FOR SHARE`;
  const taken =
    held.length > 0 &&
    (await tx.$executeRaw`
      UPDATE batch_rows SET status = 'QUEUED', video_id = ${videoId}::uuid, changed_at = clock_timestamp()
      WHERE id = ${rowId}::uuid AND status = 'VALID' AND video_id IS NULL`) === 1;
  if (!taken) throw new RowTakenError();
}

function toVideo({ row, settings }: Subject): CreateVideoInput {
  const own = StoredRowSettings.parse(row.settings);
  const { template, height, frameRate, voice, profile, metadata, tags, playbackPolicy } = settings;
  return {
    ...{ title: row.title, externalId: own.externalId, profile, tags, playbackPolicy, priority: "BULK" },
    metadata,
    source: {
      template: {
        ...{ template: template.name, version: template.version, data: row.data, height, frameRate },
        voice: { name: own.voice ?? voice.name, rate: own.rate ?? voice.rate },
        music: own.music ?? settings.music,
        background: own.background ?? settings.background,
        materials: [...new Set([...settings.materials, ...own.materials])],
      },
    },
  };
}

/**
 * Has a video show the row's new data: a READY one by an edition, at its address; another one is replaced by
 * a new video.
 */
async function correctRow(
  deps: BatchDeps,
  batch: HeldBatch,
  { videoId, ...subject }: Subject & { videoId: string },
): Promise<Wait | null> {
  const { id } = subject.row;
  const viewer = batchViewer(batch);
  const video = await deps.db.video.findUnique({
    where: { id: videoId },
    select: { status: true, title: true },
  });
  if (video?.status === "READY") {
    const { source } = toVideo(subject);
    // Of the same row and data there is one edition after the last, however often its start was cut off.
    const { title, hash, editionId: last } = subject.row;
    const idempotencyKey = `${id}/${hash}${last === null ? "" : `/${last}`}`;
    const { editionId } = await updateVideoSource(deps, viewer, { videoId, source, idempotencyKey });
    if (title !== video.title) await updateVideo(deps, viewer, { videoId, title });
    await followEdition(deps, id, editionId);
    return null;
  }
  const removed = await deps.db.batchRow.updateMany({
    where: { id, status: "VALID", videoId },
    data: { videoId: null, isChanged: false },
  });
  if (removed.count > 0 && video !== null) await deleteVideo(deps, viewer, { videoId });
  return null;
}

/**
 * The row takes over the state of the edition, whose later changes it follows.
 *
 * Locks the edition's row, so that no change of its state is missed.
 */
async function followEdition({ db }: BatchDeps, rowId: string, editionId: string): Promise<void> {
  await db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM editions WHERE id = ${editionId}::uuid FOR SHARE`;
    await tx.$executeRaw`
      UPDATE batch_rows r SET edition_id = e.id, changed_at = clock_timestamp(),
        is_changed = e.status NOT IN ('PUBLISHED', 'REPLACED'),
        status = CASE e.status WHEN 'RENDERING' THEN 'RUNNING' WHEN 'FAILED' THEN 'FAILED' WHEN 'CANCELED' THEN 'CANCELED'
          ELSE 'READY' END::"BatchRowStatus",
        error = CASE e.status WHEN 'FAILED' THEN e.error END,
        ended_at = CASE WHEN e.status <> 'RENDERING' THEN clock_timestamp() END
      FROM editions e WHERE e.id = ${editionId}::uuid AND r.id = ${rowId}::uuid AND r.status = 'VALID'`;
  });
}

/** The row takes over the state of its video. Resolves to false if the video has failed. */
async function followVideo({ db }: BatchDeps, rowId: string): Promise<boolean> {
  const changed = await db.$executeRaw`
    UPDATE batch_rows r SET changed_at = clock_timestamp(),
      status = CASE v.status WHEN 'READY' THEN 'READY' WHEN 'PLAYABLE' THEN 'RUNNING' ELSE 'QUEUED' END::"BatchRowStatus",
      ended_at = CASE v.status WHEN 'READY' THEN clock_timestamp() END
    FROM videos v WHERE v.id = r.video_id AND r.id = ${rowId}::uuid AND v.status <> 'FAILED'
      AND r.status IN ('VALID', 'QUEUED', 'RUNNING')`;
  return changed === 1;
}

async function failRow(
  { db, log }: BatchDeps,
  { id, batchId }: BatchRow,
  { code, message }: ExpectedError,
): Promise<void> {
  const error = errorColumn({ code, message, scope: "INPUT", retriable: true });
  await db.$executeRaw`
    UPDATE batch_rows SET status = 'FAILED', error = ${JSON.stringify(error)}::jsonb,
      ended_at = clock_timestamp(), changed_at = clock_timestamp()
    WHERE id = ${id}::uuid AND status = 'VALID'`;
  log.info({ batchId, rowId: id, code }, "batch.row-refused");
}

/** Cancels the jobs of a canceled batch, some at a time. */
export async function cancelRows(deps: BatchDeps, batch: HeldBatch): Promise<void> {
  const rows = await deps.db.batchRow.findMany({
    where: {
      ...{ batchId: batch.id, status: { in: ["QUEUED", "RUNNING"] } },
      video: { jobs: { some: { endedAt: null, cancelRequestedAt: null } } },
    },
    orderBy: { position: "asc" },
    take: STARTED_AT_A_TIME,
    select: { videoId: true },
  });
  for (const { videoId } of rows) {
    if (videoId === null) continue;
    await cancelVideo(deps, batchViewer(batch), { videoId }).catch((error: unknown) => {
      // Its job has ended, or it was deleted.
      if (!(error instanceof ExpectedError)) throw error;
    });
  }
}

/** Statuses of rows that are not settled. */
export const openRows = ["VALID", "QUEUED", "RUNNING"] as const;

/** Ends a batch without open rows: SUCCEEDED if each row is READY or a duplicate, else PARTIAL. */
export async function settleBatch(
  { db, clock, log }: BatchDeps,
  { id, workspaceId }: HeldBatch,
): Promise<boolean> {
  const ended = await db.$transaction(async (tx) => {
    // Rows that a client retries at the same moment are seen by one of the two.
    const [held] = await tx.$queryRaw<Pick<Batch, "id">[]>`
      SELECT id FROM batches WHERE id = ${id}::uuid AND status IN ('RUNNING', 'PAUSED') FOR UPDATE`;
    if (held === undefined) return null;
    const groups = await tx.batchRow.groupBy({
      by: ["status"],
      where: { batchId: id, isMissing: false },
      _count: true,
    });
    const counts = Object.fromEntries(groups.map(({ status, _count }) => [status, _count]));
    if (openRows.some((status) => (counts[status] ?? 0) > 0)) return null;
    const isWhole = ["INVALID", "FAILED", "CANCELED"].every((status) => (counts[status] ?? 0) === 0);
    const status = isWhole ? "SUCCEEDED" : "PARTIAL";
    await tx.batch.update({
      where: { id },
      data: { status, endedAt: clock(), waitReason: null, waitUntil: null },
    });
    const named = Object.entries(counts).map(([name, count]) => [name.toLowerCase(), count]);
    const data = { batchId: encodeGlobalId("Batch", id), status, ...Object.fromEntries(named) };
    await recordWorkspaceEvent(tx, workspaceId, {
      type: "batch.finished",
      data: data as Prisma.InputJsonObject,
    });
    return { status, ...counts };
  });
  if (ended !== null) log.info({ batchId: id, ...ended }, "batch.finished");
  return ended !== null;
}

export const leaseEnd = (now: Date): Date => new Date(now.getTime() + LEASE_MS);
