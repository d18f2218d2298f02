import type { ReportedError } from "@reelay/contracts";
import type { Pool } from "../../prisma/generated/enums.ts";
import type { Db } from "../db.ts";
import { aliveSince } from "./alive.ts";

/** What the living workers of a pool may use. */
export interface WorkerMemory {
  /** Of the largest one that says; null when none does. */
  largestBytes: number | null;
  /** Whether one has so much, or may have: it does not say. */
  mayHave(bytes: number): boolean;
}

export async function readWorkerMemory(db: Db, pool: Pool, now: Date): Promise<WorkerMemory> {
  const workers = await db.worker.findMany({
    where: { pools: { has: pool }, isStopping: false, lastSeenAt: { gt: aliveSince(now) } },
    select: { memoryBytes: true },
  });
  const told = workers.flatMap(({ memoryBytes }) => (memoryBytes === null ? [] : [Number(memoryBytes)]));
  return {
    largestBytes: told.length > 0 ? Math.max(...told) : null,
    mayHave: (bytes) => told.length < workers.length || told.some((has) => has >= bytes),
  };
}

const gib = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;

/** Why a job ends for which no worker has enough memory. */
export const tooLarge = (needsBytes: number, largestBytes: number | null): ReportedError => ({
  code: "NEEDS_MORE_MEMORY",
  message:
    `Rendering this source needs a worker with ${gib(needsBytes)} of memory; ` +
    `${largestBytes === null ? "no worker that is there says how much it has" : `the largest one has ${gib(largestBytes)}`}. ` +
    "Start one with more memory and retry the job, or use a profile with smaller rungs.",
  scope: "WORKER",
  retriable: true,
});
