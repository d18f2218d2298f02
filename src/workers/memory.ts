import type { ReportedError } from "@reelay/contracts";
import type { Pool } from "../../prisma/generated/enums.ts";
import type { Db } from "../database/index.ts";
import { gib, inPool, mayHaveMemory } from "./match.ts";
import { readOffers } from "./offers.ts";

/** Memory available to the living workers of a pool. */
export interface WorkerMemory {
  /** Memory of the largest worker that reports it; null if none does. */
  largestBytes: number | null;
  /** True if a worker has this much, or may have it because it does not report its memory. */
  mayHave(bytes: number): boolean;
}

export async function readWorkerMemory(db: Db, pool: Pool, now: Date): Promise<WorkerMemory> {
  const offers = inPool(await readOffers(db, now), pool).map(({ offer }) => offer);
  const reported = offers.flatMap(({ memoryBytes }) => memoryBytes ?? []);
  return {
    largestBytes: reported.length > 0 ? Math.max(...reported) : null,
    mayHave: (bytes) => offers.some((offer) => mayHaveMemory(offer, bytes)),
  };
}

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
