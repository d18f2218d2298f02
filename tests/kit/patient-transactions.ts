/**
 * For the Prisma clients of tests: the default is 2 s for a connection and 5 s for the work, which many
 * transactions at once take on a busy machine.
 */
export const patientTransactions = { maxWait: 60_000, timeout: 60_000 } as const;
