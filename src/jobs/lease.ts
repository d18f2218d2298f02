/** How long an attempt holds its task without a report. Workers report at least every 5 s. */
const LEASE_MS = 30_000;

/** The end of the lease of an attempt that reports now. */
export const leaseFrom = (now: Date): Date => new Date(now.getTime() + LEASE_MS);
