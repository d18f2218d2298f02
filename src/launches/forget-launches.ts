import type { PrismaClient } from "../../prisma/generated/client.ts";

const KEPT_MS = 30 * 86_400_000;

/** Deletes launches 30 days after their end, with their tokens. */
export async function forgetLaunches(db: PrismaClient, now: Date): Promise<void> {
  await db.joinToken.deleteMany({
    where: { launch: { endedAt: { lt: new Date(now.getTime() - KEPT_MS) } } },
  });
}
