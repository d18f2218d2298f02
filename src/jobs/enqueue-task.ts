import type { Tx } from "../events/index.ts";
import { jobMayBecome } from "./may-become.ts";

/**
 * Puts tasks (back) into the queue, for dispatch from `availableAt` on. A task that was queued before keeps
 * its position.
 */
export async function enqueueTasks(
  tx: Tx,
  taskIds: readonly string[],
  { now, availableAt = now }: { now: Date; availableAt?: Date },
): Promise<void> {
  await tx.$executeRaw`
    UPDATE tasks SET status = 'QUEUED', queued_at = coalesce(queued_at, ${now}),
      due_at = coalesce(due_at, ${now}), available_at = ${availableAt},
      dispatched_at = NULL, published_at = NULL
    WHERE id = ANY (${[...taskIds]}::uuid[]) AND status::text = ANY (${jobMayBecome("QUEUED").in})`;
}
