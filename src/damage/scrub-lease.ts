import type { PrismaClient } from "../../prisma/generated/client.ts";

/** How long a process may scrub without renewing. */
export const leaseMs = 60_000;

/**
 * Takes, or renews, the right to scrub: one process at a time, so that the pace holds for the whole installation. A row with a time, as leases of tasks
 * are, and no advisory lock of Postgres: that would need a connection of its own for as long as a round lasts, and a pool cannot promise one.
 */
export async function takeScrubLease(db: PrismaClient, holder: string, now: Date): Promise<boolean> {
  const leaseUntil = new Date(now.getTime() + leaseMs);
  const count = await db.$executeRaw`
    INSERT INTO scrub_lease AS held (id, holder, lease_until) VALUES (1, ${holder}, ${leaseUntil})
    ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, lease_until = excluded.lease_until
    WHERE held.holder = excluded.holder OR held.lease_until < ${now}`;
  return count > 0;
}

/** Gives it back, so that another process goes on immediately. */
export async function releaseScrubLease(db: PrismaClient, holder: string): Promise<void> {
  await db.scrubLease.deleteMany({ where: { holder } });
}
