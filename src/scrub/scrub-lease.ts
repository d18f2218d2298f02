import type { PrismaClient } from "../../prisma/generated/client.ts";

/** Duration of the scrub lease without renewal. */
export const LEASE_MS = 60_000;

/**
 * Takes or renews the right to scrub: one process at a time, so that the pace applies to the whole
 * installation. Uses a row with a time, like task leases, instead of a Postgres advisory lock, which would
 * need a connection of its own for a whole round; a pool cannot guarantee one.
 */
export async function takeScrubLease(db: PrismaClient, holder: string, now: Date): Promise<boolean> {
  const leaseUntil = new Date(now.getTime() + LEASE_MS);
  const count = await db.$executeRaw`
    INSERT INTO scrub_lease AS held (id, holder, lease_until) VALUES (1, ${holder}, ${leaseUntil})
    ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, lease_until = excluded.lease_until
    WHERE held.holder = excluded.holder OR held.lease_until < ${now}`;
  return count > 0;
}

/** Releases the lease, so that another process continues immediately. */
export async function releaseScrubLease(db: PrismaClient, holder: string): Promise<void> {
  await db.scrubLease.deleteMany({ where: { holder } });
}
