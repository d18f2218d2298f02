import type { Prisma, PrismaClient } from "../prisma/generated/client.ts";

/** The client or a transaction: operations take whichever their caller is in. */
export type Db = PrismaClient | Prisma.TransactionClient;
