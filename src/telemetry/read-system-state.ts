import type { PrismaClient } from "../../prisma/generated/client.ts";
import { readScaling, type Scaling } from "../scaling/index.ts";
import { type QueueState, readQueueState } from "./read-queue-state.ts";

/** The queue of the whole system at one moment, and what it wants. */
export interface SystemState extends QueueState {
  scaling: Scaling;
}

export async function readSystemState(
  db: PrismaClient,
  maxRunningTasks: number | null,
): Promise<SystemState> {
  const [queue, scaling] = await Promise.all([
    readQueueState(db),
    readScaling(db, { now: new Date(), maxRunningTasks }),
  ]);
  return { ...queue, scaling };
}
