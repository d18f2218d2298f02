import type { Logger } from "pino";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { DAY_MS } from "./limits.ts";

const BATCH_SIZE = 10_000;
const REPAIR_EVERY_MS = 3_600_000;

/**
 * Adds changes to the workspaces' sums, 10,000 per call, and deletes them, so that reading the sum stays
 * cheap. One process at a time: the lock prevents two from updating the same workspaces in different orders.
 * A process that does not get the lock has nothing to do.
 */
export async function foldStoredBytes(db: PrismaClient): Promise<void> {
  await db.$transaction(async (tx) => {
    const [{ isMine }] = await tx.$queryRaw<[{ isMine: boolean }]>`
      SELECT pg_try_advisory_xact_lock(hashtext('reelay.fold-stored-bytes')) AS "isMine"`;
    if (!isMine) return;
    await tx.$executeRaw`
      WITH folded AS (
        DELETE FROM stored_bytes_changes WHERE id IN (SELECT id FROM stored_bytes_changes ORDER BY id LIMIT ${BATCH_SIZE})
        RETURNING workspace_id, bytes
      ), sums AS (SELECT workspace_id, sum(bytes)::int8 AS bytes FROM folded GROUP BY workspace_id)
      UPDATE workspaces SET stored_bytes = stored_bytes + sums.bytes FROM sums WHERE id = sums.workspace_id`;
  });
}

/**
 * Calculates the sums again, corrects and logs any drift: triggers maintain the sums, so only a manual change
 * can cause it. Subtracts pending changes in the same snapshot.
 */
export async function repairStoredBytes(db: PrismaClient, log: Logger): Promise<void> {
  const repaired = await db.$transaction(
    async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('reelay.fold-stored-bytes'))`;
      return await tx.$queryRaw<Array<{ workspaceId: string; driftBytes: number }>>`
        WITH actual AS (
          SELECT w.id, w.stored_bytes AS before, coalesce((
            SELECT sum(stored_bytes_of_video(v.id)) FROM videos v WHERE v.workspace_id = w.id), 0)::int8 + coalesce((
            SELECT sum(m.size_bytes) FROM materials m WHERE m.workspace_id = w.id AND m.status <> 'FAILED'), 0)::int8 - coalesce((
            SELECT sum(bytes) FROM stored_bytes_changes c WHERE c.workspace_id = w.id), 0)::int8 AS bytes
          FROM workspaces w
        )
        UPDATE workspaces SET stored_bytes = actual.bytes FROM actual
        WHERE workspaces.id = actual.id AND actual.bytes <> actual.before
        RETURNING workspaces.id AS "workspaceId", (actual.bytes - actual.before)::float8 AS "driftBytes"`;
    },
    { timeout: 60_000, maxWait: 15_000 },
  );
  for (const found of repaired) log.warn(found, "quota.repaired");
}

/** For the sweeper: folds each time, repairs and forgets once an hour. */
export function createQuotaUpkeep({
  db,
  clock,
  log,
}: {
  db: PrismaClient;
  clock: () => Date;
  log: Logger;
}): () => Promise<void> {
  let repairedAt = 0;
  return async () => {
    await foldStoredBytes(db);
    const now = clock().getTime();
    if (now - repairedAt < REPAIR_EVERY_MS) return;
    repairedAt = now;
    await repairStoredBytes(db, log);
    await db.$executeRaw`DELETE FROM charged_sources WHERE charged_at < ${new Date(now - 2 * DAY_MS)}`;
  };
}
