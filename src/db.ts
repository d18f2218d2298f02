import { Prisma, type PrismaClient } from "../prisma/generated/client.ts";

/** The client or a transaction: operations take whichever their caller is in. */
export type Db = PrismaClient | Prisma.TransactionClient;

/** Whether a raw statement gave up on a lock after `lock_timeout` (Postgres' code 55P03). */
export const isLockTimeout = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError &&
  JSON.stringify(error.meta ?? "").includes('"55P03"');
