import { type ReportedError, Requirements } from "@reelay/contracts";
import type { Task } from "../../prisma/generated/client.ts";
import type { Tx } from "../events/index.ts";
import { readWorkerMemory, tooLarge } from "../workers/index.ts";

/** A worker with too little memory returned a task, without using a try. */
interface HandBack {
  times: number;
  /** The error that ends the job; null while another worker may have enough memory. */
  error: ReportedError | null;
}

/** Workers that do not report their memory may return a task again and again; this limits it. */
const MAX_HAND_BACKS = 20;

/**
 * Records what an attempt's end shows about its task's memory: a worker with too little states the need, and
 * running out of memory doubles the next estimate. Null if the task was not returned.
 */
export async function recordMemoryNeed(
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
  const isHopeless = !workers.mayHave(needs) || handBacks >= MAX_HAND_BACKS;
  return { times: handBacks, error: isHopeless ? tooLarge(needs, workers.largestBytes) : null };
}
