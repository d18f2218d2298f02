import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { Db } from "../database/index.ts";

const FOLDED_AT_ONCE = 10_000;

/**
 * Adds charges to the sums by hour, and deletes them, so that reading a sum stays cheap. One process at a
 * time; one that does not get the lock has nothing to do.
 */
export async function foldSpend(db: PrismaClient): Promise<void> {
  await db.$transaction(async (tx) => {
    const [{ isMine }] = await tx.$queryRaw<[{ isMine: boolean }]>`
      SELECT pg_try_advisory_xact_lock(hashtext('reelay.fold-spend')) AS "isMine"`;
    if (!isMine) return;
    await tx.$executeRaw`
      WITH folded AS (
        DELETE FROM spend_changes WHERE id IN (SELECT id FROM spend_changes ORDER BY id LIMIT ${FOLDED_AT_ONCE})
        RETURNING workspace_id, date_trunc('hour', at, 'UTC') AS hour, micros
      )
      INSERT INTO spend_hours (workspace_id, hour, micros)
      SELECT workspace_id, hour, sum(micros)::int8 FROM folded GROUP BY workspace_id, hour ORDER BY workspace_id, hour
      ON CONFLICT (workspace_id, hour) DO UPDATE SET micros = spend_hours.micros + excluded.micros`;
  });
}

/** What a workspace spent, in micro-USD, by UTC. Ended attempts only. */
export interface Spend {
  hourMicros: number;
  dayMicros: number;
  monthMicros: number;
  /** Since there are prices. */
  allMicros: number;
}

/** Of each workspace; deleted videos count. */
export async function readSpend(
  db: Db,
  workspaceIds: readonly string[],
  now: Date,
): Promise<Map<string, Spend>> {
  const rows = await db.$queryRaw<Array<Spend & { id: string }>>`
    SELECT w.id, coalesce(sum(s.micros) FILTER (WHERE s.hour >= date_trunc('hour', ${now}::timestamptz, 'UTC')), 0)::float8 AS "hourMicros",
      coalesce(sum(s.micros) FILTER (WHERE s.hour >= date_trunc('day', ${now}::timestamptz, 'UTC')), 0)::float8 AS "dayMicros",
      coalesce(sum(s.micros) FILTER (WHERE s.hour >= date_trunc('month', ${now}::timestamptz, 'UTC')), 0)::float8 AS "monthMicros",
      coalesce(sum(s.micros), 0)::float8 AS "allMicros"
    FROM unnest(${[...workspaceIds]}::uuid[]) AS w(id) LEFT JOIN LATERAL (
      SELECT hour, micros FROM spend_hours WHERE workspace_id = w.id
      UNION ALL SELECT at, micros FROM spend_changes WHERE workspace_id = w.id) s ON true
    GROUP BY w.id`;
  return new Map(rows.map(({ id, ...spend }) => [id, spend]));
}
