import type { PrismaClient } from "../../prisma/generated/client.ts";
import { sequenceEvents } from "./sequence-events.ts";

const BATCH_SIZE = 1_000;
/** Limit of one call, so that a shortened retention does not block the caller for long. */
const MAX_BATCHES = 20;

/**
 * Deletes events older than `before` from the log's beginning on, never one after a kept one, so the rest has
 * no gap. Each workspace remembers how far its log was deleted, in order to refuse older cursors. Resolves to
 * the number of deleted events.
 */
export async function forgetEvents(db: PrismaClient, before: Date): Promise<number> {
  // Without readers events have no position, and events without a position are never deleted.
  await sequenceEvents(db);
  let forgotten = 0;
  for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
    const count = await forgetBatch(db, before);
    forgotten += count;
    if (count < BATCH_SIZE) break;
  }
  return forgotten;
}

/**
 * One batch in one statement, so that the events and the workspaces' markers change together. Rows that
 * another process is deleting are left to it; if that process fails, a later call finds them.
 */
async function forgetBatch(db: PrismaClient, before: Date): Promise<number> {
  const [row] = await db.$queryRaw<{ count: bigint }[]>`
    WITH oldest AS MATERIALIZED (
      SELECT id, position, at FROM events WHERE position IS NOT NULL ORDER BY position LIMIT ${BATCH_SIZE}
    ), kept AS (
      SELECT min(position) AS position FROM oldest WHERE at >= ${before}
    ), chosen AS MATERIALIZED (
      SELECT e.id FROM events e JOIN oldest USING (id), kept
      WHERE kept.position IS NULL OR oldest.position < kept.position
      ORDER BY e.position FOR UPDATE OF e SKIP LOCKED
    ), gone AS (
      DELETE FROM events e USING chosen WHERE e.id = chosen.id RETURNING e.workspace_id, e.position
    ), remembered AS (
      UPDATE workspaces w SET forgotten_events = greatest(w.forgotten_events, furthest.position)
      FROM (SELECT workspace_id, max(position) AS position FROM gone GROUP BY workspace_id) furthest
      WHERE w.id = furthest.workspace_id
    )
    SELECT count(*) AS count FROM gone`;
  return Number(row?.count ?? 0);
}
