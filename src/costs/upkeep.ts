import type { PrismaClient } from "../../prisma/generated/client.ts";
import { trimSamples } from "../work/index.ts";
import { foldSpend } from "./spend.ts";

const TRIM_EVERY_MS = 3_600_000;

/** For the sweeper: adds up charges each time, and removes old samples of work once an hour. */
export function createCostUpkeep({
  db,
  clock,
}: {
  db: PrismaClient;
  clock: () => Date;
}): () => Promise<void> {
  let trimmedAt = 0;
  return async () => {
    await foldSpend(db);
    const now = clock().getTime();
    if (now - trimmedAt < TRIM_EVERY_MS) return;
    trimmedAt = now;
    await trimSamples(db);
  };
}
