import type { ReportedError } from "@reelay/contracts";
import type { Pool } from "../../prisma/generated/enums.ts";
import type { Db } from "../database/db.ts";
import { aliveSince } from "./alive.ts";

/** Memory available to the living workers of a pool. */
export interface WorkerMemory {
  /** Memory of the largest worker that reports it; null if none does. */
  largestBytes: number | null;
  /** True if a worker has this much, or may have it because it does not report its memory. */
  mayHave(bytes: number): boolean;
}

export async function readWorkerMemory(db: Db, pool: Pool, now: Date): Promise<WorkerMemory> {
  const workers = await db.worker.findMany({
    where: { pools: { has: pool }, isStopping: false, lastSeenAt: { gt: aliveSince(now) } },
    select: { memoryBytes: true },
  });
  const reported = workers.flatMap(({ memoryBytes }) => (memoryBytes === null ? [] : [Number(memoryBytes)]));
  return {
    largestBytes: reported.length > 0 ? Math.max(...reported) : null,
    mayHave: (bytes) => reported.length < workers.length || reported.some((has) => has >= bytes),
  };
}

const gib = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;

/** Why a job ends for which no worker has enough memory. */
export const tooLarge = (needsBytes: number, largestBytes: number | null): ReportedError => ({
  code: "NEEDS_MORE_MEMORY",
  message:
    `Rendering this source needs a worker with ${gib(needsBytes)} of memory; ` +
    `${largestBytes === null ? "no available worker reports its memory" : `the largest one has ${gib(largestBytes)}`}. ` +
    "Start one with more memory and retry the job, or use a profile with smaller rungs.",
  scope: "WORKER",
  retriable: true,
});
