import { type ReportedError, Requirements } from "@reelay/contracts";
import type { Task } from "../../prisma/generated/client.ts";
import type { Tx } from "../events/record-change.ts";
import { readWorkerMemory, tooLarge } from "../workers/index.ts";

/** A worker gave a task back because it has too little memory for it; it uses no try. */
interface HandBack {
  times: number;
  /** Why the job ends with it; null while somebody may have enough. */
  error: ReportedError | null;
}

/** Who never says how much memory it has may hand a task back again and again: after so many times it is over. */
const maxHandBacks = 20;

/**
 * Keeps what the end of an attempt taught about its task's need: a worker that had too little says what would do, and one that ran
 * out of memory makes the next estimate twice as large. Null when it was no hand-back.
 */
export async function noteMemory(
  tx: Tx,
  task: Task,
  error: ReportedError | null,
  needsMemoryBytes: number | undefined,
  now: Date,
): Promise<HandBack | null> {
  if (error?.code === "ENCODER_OUT_OF_MEMORY" || error?.code === "MEMORY_LIMIT") {
    await tx.task.update({ where: { id: task.id }, data: { outOfMemory: { increment: 1 } } });
  }
  if (error?.code !== "NEEDS_MORE_MEMORY") return null;
  const requirements = Requirements.parse(task.requirements);
  const needs = Math.max(needsMemoryBytes ?? 0, requirements.memoryBytes ?? 0);
  const { handBacks } = await tx.task.update({
    where: { id: task.id },
    data: { handBacks: { increment: 1 }, requirements: { ...requirements, memoryBytes: needs } },
  });
  const workers = await readWorkerMemory(tx, task.pool, now);
  const isHopeless = !workers.mayHave(needs) || handBacks >= maxHandBacks;
  return { times: handBacks, error: isHopeless ? tooLarge(needs, workers.largestBytes) : null };
}
