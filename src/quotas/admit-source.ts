/**
 * Admits a workspace's sources: checked before the first byte, and again when the size or length becomes
 * known.
 */
import type { ReportedError } from "@reelay/contracts";
import type { Db } from "../database/index.ts";
import { QuotaExceededError } from "../errors/index.ts";
import type { Tx } from "../events/index.ts";
import { nextDayMs, readSourceLimits, readSourceMs, readStoredBytes, type StorageLimits } from "./limits.ts";

/** Only deletions free space, at an unknown time. */
const RETRY_STORED_MS = 60_000;
const MINUTE_MS = 60_000;

export interface Admission {
  workspaceId: string;
  /** Bytes to be stored; 0 while that is not known. */
  sizeBytes: number;
  now: Date;
  limits: StorageLimits;
}

/**
 * Throws `QuotaExceededError` unless the source fits. Part of the transaction that writes it. The workspace's
 * lock is held until the commit, so that the limit is exact. Workspaces without a limit take no lock and cost
 * one row read.
 */
export async function admitSource(tx: Tx, admission: Admission): Promise<void> {
  const limits = await readSourceLimits(tx, admission.workspaceId, admission.limits);
  if (limits.bytes !== null) await lock(tx, "stored-bytes", admission.workspaceId);
  await check(tx, admission, limits);
}

/** The same without a lock, for an early answer: others may use the space in the meantime. */
export async function checkSource(db: Db, admission: Admission): Promise<void> {
  await check(db, admission, await readSourceLimits(db, admission.workspaceId, admission.limits));
}

async function check(
  db: Db,
  { workspaceId, sizeBytes, now }: Admission,
  { bytes, minutes }: { bytes: number | null; minutes: number | null },
): Promise<void> {
  if (bytes !== null) {
    const used = await readStoredBytes(db, workspaceId);
    // A source of unknown size must have at least one byte of space.
    if (used + Math.max(sizeBytes, 1) > bytes) throw storedBytesExceeded(bytes, used, sizeBytes);
  }
  if (minutes !== null) {
    const usedMs = await readSourceMs(db, workspaceId, now);
    if (usedMs >= minutes * MINUTE_MS) throw minutesExceeded(minutes, usedMs, now);
  }
}

/** Remaining bytes; null for no limit. */
export async function readRoom(db: Db, workspaceId: string, limits: StorageLimits): Promise<number | null> {
  const { bytes } = await readSourceLimits(db, workspaceId, limits);
  return bytes === null ? null : Math.max(bytes - (await readStoredBytes(db, workspaceId)), 0);
}

/**
 * Throws `QuotaExceededError` if the workspace is full, before output of unknown size is made. Reserves
 * nothing.
 */
export async function assertRoom(db: Db, workspaceId: string, limits: StorageLimits): Promise<void> {
  const { bytes } = await readSourceLimits(db, workspaceId, limits);
  if (bytes === null) return;
  const used = await readStoredBytes(db, workspaceId);
  if (used >= bytes) throw storedBytesExceeded(bytes, used, 0);
}

interface Charge {
  workspaceId: string;
  videoId: string;
  /** Bytes that a worker fetched without an announcement, otherwise 0. */
  fetchedBytes: number;
  /** Length of a source that was just probed, otherwise null. */
  durationMs: number | null;
  now: Date;
  limits: StorageLimits;
}

/**
 * Charges a source's size and length as reported by a worker, once per video. Returns the reason if the
 * source is refused; then nothing is charged. Locks like `admitSource` if there is a limit.
 */
export async function chargeSource(tx: Tx, charge: Charge): Promise<ReportedError | null> {
  const { workspaceId, videoId, fetchedBytes, durationMs, now } = charge;
  const { bytes, minutes } = await readSourceLimits(tx, workspaceId, charge.limits);
  if (bytes !== null && fetchedBytes > 0) {
    await lock(tx, "stored-bytes", workspaceId);
    const used = await readStoredBytes(tx, workspaceId);
    if (used + fetchedBytes > bytes) return toReported(storedBytesExceeded(bytes, used, fetchedBytes));
  }
  if (durationMs === null) return null;
  if (minutes !== null) {
    await lock(tx, "source-minutes", workspaceId);
    const usedMs = await readSourceMs(tx, workspaceId, now);
    if (usedMs + durationMs > minutes * MINUTE_MS) return toReported(minutesExceeded(minutes, usedMs, now));
  }
  await writeCharge(tx, { id: videoId, workspaceId, durationMs, now });
  return null;
}

/**
 * Charges the length of what an edition drew, once. It was admitted by `admitSource` when it was requested,
 * and is not refused any more.
 */
export const chargeEdition = (
  tx: Tx,
  { editionId, ...charge }: { editionId: string; workspaceId: string; durationMs: number; now: Date },
): Promise<void> => writeCharge(tx, { id: editionId, ...charge });

async function writeCharge(
  tx: Tx,
  { id, workspaceId, durationMs, now }: { id: string; workspaceId: string; durationMs: number; now: Date },
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO charged_sources (video_id, workspace_id, duration_ms, charged_at)
    VALUES (${id}::uuid, ${workspaceId}::uuid, ${Math.round(durationMs)}::int8, ${now}) ON CONFLICT DO NOTHING`;
}

/**
 * Held until the commit, per workspace: of concurrent transactions, each sees what those before it have
 * written.
 */
async function lock(tx: Tx, what: "stored-bytes" | "source-minutes", workspaceId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`reelay.${what}`}), hashtext(${workspaceId}))`;
}

function storedBytesExceeded(limit: number, used: number, sizeBytes: number): QuotaExceededError {
  const wanted = sizeBytes > 0 ? `; this file has ${sizeBytes}` : "";
  return new QuotaExceededError(
    `The workspace stores ${used} bytes, and may store ${limit}${wanted}. Delete videos or materials, or have the quota raised. \`queue.quotas\` shows the numbers.`,
    { quota: "STORED_BYTES", limit, used, retryAfterMs: RETRY_STORED_MS },
  );
}

function minutesExceeded(limit: number, usedMs: number, now: Date): QuotaExceededError {
  const used = Math.floor(usedMs / MINUTE_MS);
  const at = new Date(now.getTime() + nextDayMs(now)).toISOString();
  return new QuotaExceededError(
    `The workspace has used ${used} of its ${limit} minutes of source for today; more are taken from ${at} on. \`queue.quotas\` shows the numbers.`,
    { quota: "SOURCE_MINUTES_PER_DAY", limit, used, retryAfterMs: nextDayMs(now) },
  );
}

const toReported = ({ code, message }: QuotaExceededError): ReportedError => ({
  code,
  message: `${message} Retry the job then.`,
  scope: "QUOTA",
  retriable: true,
});
