import type { PrismaClient } from "../../prisma/generated/client.ts";

/**
 * Gives committed events their places in the log: what was committed before the call has one afterwards, 10,000 a call at most. How and
 * why is told at the procedure, in its migration. Never inside a transaction: Postgres refuses it there.
 */
export async function sequenceEvents(db: PrismaClient): Promise<void> {
  await db.$executeRaw`CALL sequence_events()`;
}
