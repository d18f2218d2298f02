import type { Logger } from "pino";
import { startWorkLoop } from "../database/index.ts";
import { checkBatch } from "./check-batch.ts";
import { type BatchDeps, BatchTakenError, type HeldBatch, type Turn } from "./deps.ts";
import { cancelRows, leaseEnd, settleBatch, startRows } from "./run-batch.ts";
import { writeManifest } from "./write-manifest.ts";

/** NOTIFY on it says that a batch has work or news; its payload is the batch's id. */
export const BATCH_CHANNEL = "reelay_batches";
/** Batches that one process works on at a time. */
const MAX_RUNNING = 2;
/** After a failure of the database or the store the batch rests for this time. */
const FAILED_PAUSE_MS = 5_000;
/** A worker that starts with the API is online by then. */
const WORKER_PATIENCE_MS = 5_000;
/** A canceled batch has its jobs canceled within this time. */
const CANCELED_FOR_MS = 86_400_000;

/**
 * Checks and runs batches until disposed. Any number of processes may do so: each batch has a lease, and one
 * whose process has ended is taken over when it expires. Disposing gives the leases back.
 */
export async function startBatches(
  deps: BatchDeps & { databaseUrl: string; log: Logger; onChanged: (batchId: string) => void },
): Promise<AsyncDisposable> {
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  const loop = await startWorkLoop({
    databaseUrl: deps.databaseUrl,
    channel: BATCH_CHANNEL,
    log: deps.log,
    isForUs: (batchId) => {
      deps.onChanged(batchId);
      return true;
    },
    work: async () => {
      if (running.size >= MAX_RUNNING || stopping.signal.aborted) return false;
      const batch = await claimBatch(deps);
      if (batch === null) return false;
      const turn = workOn(deps, batch, { stopping: stopping.signal, patienceMs: WORKER_PATIENCE_MS })
        .catch((error: unknown) => deps.log.warn({ err: error, batchId: batch.id }, "batch.turn-failed"))
        .finally(() => {
          running.delete(turn);
          loop.wake();
        });
      running.add(turn);
      return true;
    },
    onFailed: (error, retryMs) => deps.log.warn({ err: error, retryMs }, "batch.not-claimed"),
  });
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await loop[Symbol.asyncDispose]();
      await Promise.all(running);
    },
  };
}

/**
 * Works on all batches that are due, one after the other, until none is, without waiting for workers.
 * Resolves to the number of turns.
 */
export async function workOnBatches(deps: BatchDeps): Promise<number> {
  const never = new AbortController().signal;
  for (let turns = 0; ; turns += 1) {
    const batch = await claimBatch(deps);
    if (batch === null) return turns;
    await workOn(deps, batch, { stopping: never, patienceMs: 0 });
  }
}

/**
 * Takes the lease of a batch that something can be done for: its check, its next videos, its end, or the
 * cancellation of its jobs. `attempts` is its fencing token.
 *
 * Locks the row while it takes it, and skips rows that other processes are taking. What is due follows from
 * the rows alone, so a lost notification or a crash only costs time.
 */
async function claimBatch({ db, clock }: BatchDeps): Promise<HeldBatch | null> {
  const now = clock();
  const canceledSince = new Date(now.getTime() - CANCELED_FOR_MS);
  const [claimed] = await db.$queryRaw<{ id: string }[]>`
    UPDATE batches SET attempts = attempts + 1, lease_until = ${leaseEnd(now)}, served_at = ${now},
      check_tries = check_tries + CASE status WHEN 'CHECKING' THEN 1 ELSE 0 END
    WHERE id = (
      SELECT b.id FROM batches b
      WHERE b.status IN ('CHECKING', 'RUNNING', 'PAUSED', 'CANCELED') AND (b.lease_until IS NULL OR b.lease_until < ${now})
        AND CASE b.status
          WHEN 'CHECKING' THEN true
          WHEN 'CANCELED' THEN b.ended_at > ${canceledSince} AND EXISTS (
            SELECT FROM batch_rows r JOIN jobs j ON j.video_id = r.video_id
            WHERE r.batch_id = b.id AND r.status IN ('QUEUED', 'RUNNING') AND j.ended_at IS NULL AND j.cancel_requested_at IS NULL)
          ELSE NOT EXISTS (SELECT FROM batch_rows r WHERE r.batch_id = b.id AND r.status IN ('VALID', 'QUEUED', 'RUNNING'))
            OR (b.status = 'RUNNING' AND (b.wait_until IS NULL OR b.wait_until <= ${now})
              AND EXISTS (SELECT FROM batch_rows r WHERE r.batch_id = b.id AND r.status = 'VALID')
              AND (SELECT count(*) FROM (SELECT 1 FROM batch_rows r WHERE r.batch_id = b.id AND r.status IN ('QUEUED', 'RUNNING')
                LIMIT b.max_active) active) < b.max_active)
        END
      ORDER BY b.served_at NULLS FIRST LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id`;
  return claimed === undefined ? null : db.batch.findUnique({ where: { id: claimed.id } });
}

/** One turn. Gives the lease back, unless another process has taken it. */
async function workOn(deps: BatchDeps, batch: HeldBatch, turn: Turn): Promise<void> {
  const { stopping } = turn;
  try {
    if (batch.status === "CHECKING") await checkBatch(deps, batch, turn);
    else if (batch.status === "CANCELED") await cancelRows(deps, batch);
    else if (!(await settleBatch(deps, batch)) && batch.status === "RUNNING")
      await startRows(deps, batch, stopping);
    if (batch.status !== "CHECKING") await writeManifest(deps, batch);
  } catch (error) {
    if (error instanceof BatchTakenError) return;
    await giveBack(deps, batch, { leaseUntil: new Date(deps.clock().getTime() + FAILED_PAUSE_MS) });
    throw error;
  }
  // A check that was interrupted by a stop does not count as a try.
  await giveBack(deps, batch, { leaseUntil: null, ...(stopping.aborted && { checkTries: 0 }) });
}

const giveBack = async (
  { db }: BatchDeps,
  { id, attempts }: HeldBatch,
  data: { leaseUntil: Date | null; checkTries?: number },
): Promise<void> => {
  await db.batch.updateMany({ where: { id, attempts, leaseUntil: { not: null } }, data });
};
