import { z } from "zod";
import type { Tx } from "../events/record-change.ts";

const Outcome = z.union([
  z.object({ retriedAs: z.string() }),
  z.object({ code: z.string(), message: z.string() }),
]);
/** What became of one job of a batch: retried as another, or not, and why. */
export type Outcome = z.infer<typeof Outcome>;

const RetryBatch = z.object({
  jobIds: z.array(z.string()),
  hasMore: z.boolean(),
  /** By job; those without one are still to be done. */
  outcomes: z.record(z.string(), Outcome),
});
/** What `retryJobs` keeps under its idempotency key. */
export type RetryBatch = z.infer<typeof RetryBatch>;

/**
 * The batch as it stands. Locks its row until the transaction ends, so that of several processes at the same batch one does a job and the next
 * finds its outcome. The order of locks is this row, then a video; nobody takes them the other way round.
 */
export async function nextOfBatch(tx: Tx, workspaceId: string, key: string): Promise<RetryBatch> {
  const [row] = await tx.$queryRaw<{ progress: unknown }[]>`
    SELECT progress FROM idempotency_keys WHERE workspace_id = ${workspaceId}::uuid AND key = ${key} FOR UPDATE`;
  return RetryBatch.parse(row?.progress);
}

export async function recordOutcome(
  tx: Tx,
  at: { workspaceId: string; key: string; jobId: string; outcome: Outcome },
): Promise<void> {
  await tx.$executeRaw`
    UPDATE idempotency_keys SET progress = jsonb_set(progress, ARRAY['outcomes', ${at.jobId}], ${JSON.stringify(at.outcome)}::jsonb)
    WHERE workspace_id = ${at.workspaceId}::uuid AND key = ${at.key}`;
}
