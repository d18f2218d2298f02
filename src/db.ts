import { Prisma, type PrismaClient } from "../prisma/generated/client.ts";

/** The client or a transaction: operations take whichever their caller is in. */
export type Db = PrismaClient | Prisma.TransactionClient;

/** Whether Postgres gave up on a lock after `lock_timeout`. */
export const isLockTimeout = (error: unknown): boolean => hasSqlState(error, "55P03");

/** Whether a row of the same unique key exists; of a raw statement, or of one of Prisma's own. */
export const isUniqueViolation = (error: unknown): boolean =>
  (error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002") ||
  hasSqlState(error, "23505");

/** Postgres' code of a raw statement that failed (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const hasSqlState = (error: unknown, state: string): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError &&
  JSON.stringify(error.meta ?? "").includes(JSON.stringify(state));
