import type { PrismaClient } from "../../prisma/generated/client.ts";

const batchSize = 1_000;

/**
 * Deletes deliveries older than `before`, with their attempts, 1,000 per call, including pending ones of a
 * disabled endpoint. Rows that another process is changing are left to it. Resolves to the number of deleted
 * deliveries.
 */
export async function forgetDeliveries(db: PrismaClient, before: Date): Promise<number> {
  return await db.$executeRaw`
    DELETE FROM webhook_deliveries WHERE id IN (
      SELECT id FROM webhook_deliveries WHERE created_at < ${before} ORDER BY created_at LIMIT ${batchSize} FOR UPDATE SKIP LOCKED
    )`;
}
