import { z } from "zod";
import type { Tx } from "../events/index.ts";

const Outcome = z.union([
  z.object({ retriedAs: z.string() }),
  z.object({ code: z.string(), message: z.string() }),
]);
/** Result for one job of a batch: its retry, or why it was skipped. */
export type Outcome = z.infer<typeof Outcome>;

const RetryBatch = z.object({
  jobIds: z.array(z.string()),
  hasMore: z.boolean(),
  /** By job. Jobs without an outcome are still to be done. */
  outcomes: z.record(z.string(), Outcome),
});
/** The state of `retryJobs`, stored under its idempotency key. */
export type RetryBatch = z.infer<typeof RetryBatch>;

/**
 * The batch's current state. Locks its row until the transaction ends, so that of several processes one does
 * a job and the next finds its outcome. Lock order: this row, then a video; no code locks in the reverse
 * order.
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
