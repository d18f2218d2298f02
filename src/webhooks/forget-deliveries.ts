import type { PrismaClient } from "../../prisma/generated/client.ts";

const batchSize = 1_000;

/**
 * Deletes deliveries that were made before `before`, with their attempts, 1,000 a call; also those that still wait, for an endpoint that is disabled. Rows that
 * another process is at are left to it. Resolves to how many were deleted.
 */
export async function forgetDeliveries(db: PrismaClient, before: Date): Promise<number> {
  return await db.$executeRaw`
    DELETE FROM webhook_deliveries WHERE id IN (
      SELECT id FROM webhook_deliveries WHERE created_at < ${before} ORDER BY created_at LIMIT ${batchSize} FOR UPDATE SKIP LOCKED
    )`;
}
