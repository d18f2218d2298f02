import type { PrismaClient } from "../../prisma/generated/client.ts";
import { sequenceEvents } from "./sequence-events.ts";

const batchSize = 1_000;
/** Of one call, so that a shorter retention than before does not hold up whoever calls. */
const maxBatches = 20;

/**
 * Deletes events that happened before `before`, from the log's beginning on: never one behind one that is kept, so what is left has no gap.
 * Each workspace remembers how far its log was deleted, by which a cursor from before it is refused. Resolves to how many were deleted.
 */
export async function forgetEvents(db: PrismaClient, before: Date): Promise<number> {
  // Where nobody reads, nobody else does, and what has no position is never deleted.
  await sequenceEvents(db);
  let forgotten = 0;
  for (let batch = 0; batch < maxBatches; batch += 1) {
    const count = await forgetBatch(db, before);
    forgotten += count;
    if (count < batchSize) break;
  }
  return forgotten;
}

/**
 * One batch, in one statement, so that the events and what the workspaces remember of them go together. Rows that another process is
 * deleting are left to it; should that process fail, a later call finds them.
 */
async function forgetBatch(db: PrismaClient, before: Date): Promise<number> {
  const [row] = await db.$queryRaw<{ count: bigint }[]>`
    WITH oldest AS MATERIALIZED (
      SELECT id, position, at FROM events WHERE position IS NOT NULL ORDER BY position LIMIT ${batchSize}
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
