import type { PrismaClient } from "../../prisma/generated/client.ts";
import { type LaunchCounts, readLaunchCounts } from "../launches/index.ts";
import { readScaling, type Scaling } from "../scaling/index.ts";
import { type QueueState, readQueueState } from "./read-queue-state.ts";

/** The queue of the whole system at one moment, and what it wants. */
export interface SystemState extends QueueState {
  scaling: Scaling;
  launches: LaunchCounts;
}

export async function readSystemState(
  db: PrismaClient,
  maxRunningTasks: number | null,
): Promise<SystemState> {
  const now = new Date();
  const [queue, scaling, launches] = await Promise.all([
    readQueueState(db),
    readScaling(db, { now, maxRunningTasks }),
    readLaunchCounts(db, now),
  ]);
  return { ...queue, scaling, launches };
}
