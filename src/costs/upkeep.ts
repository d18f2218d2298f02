import type { PrismaClient } from "../../prisma/generated/client.ts";
import { trimSamples } from "../work/index.ts";
import { chargeLaunches } from "./charge-launches.ts";
import { forgetReached } from "./reached-budgets.ts";
import { foldSpend } from "./spend.ts";

const TRIM_EVERY_MS = 3_600_000;

/** For the sweeper: charges ended machines and adds up each time, and removes old rows once an hour. */
export function createCostUpkeep({
  db,
  clock,
}: {
  db: PrismaClient;
  clock: () => Date;
}): () => Promise<void> {
  let trimmedAt = 0;
  return async () => {
    await chargeLaunches(db, clock());
    await foldSpend(db);
    const now = clock().getTime();
    if (now - trimmedAt < TRIM_EVERY_MS) return;
    trimmedAt = now;
    await trimSamples(db);
    await forgetReached(db, clock());
  };
}
