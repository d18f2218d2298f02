import { Prisma, type PrismaClient } from "../../prisma/generated/client.ts";

/** The client or a transaction: operations take whichever their caller is in. */
export type Db = PrismaClient | Prisma.TransactionClient;

/**
 * For transactions that write to the store. Playlists, manifests and status.json are written before the
 * commit of the rows that they show, under the video's lock: so a newer file is never overwritten by an older
 * one, and these writes cannot move behind the commit. A store call of an API succeeds or fails within 9 s;
 * the longest sequence (read for the DASH manifest, write it, write the playlist) has three, which Prisma's
 * 15 s would cut off.
 */
export const storeTransaction = { timeout: 30_000, maxWait: 15_000 } as const;

/** Whether Postgres gave up on a lock after `lock_timeout`. */
export const isLockTimeout = (error: unknown): boolean => hasSqlState(error, "55P03");

/** Whether a row of the same unique key exists; of a raw statement, or of one of Prisma's own. */
export const isUniqueViolation = (error: unknown): boolean =>
  (error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002") ||
  hasSqlState(error, "23505");

/**
 * Postgres' code of a raw statement that failed
 * (https://www.postgresql.org/docs/current/errcodes-appendix.html).
 */
const hasSqlState = (error: unknown, state: string): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError &&
  JSON.stringify(error.meta ?? "").includes(JSON.stringify(state));
