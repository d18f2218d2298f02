import type { TaskCancelRequested } from "@reelay/contracts";
import type { Tx } from "../events/index.ts";
import { addToOutbox } from "../outbox/index.ts";

/** Asks the workers that hold attempts of this video or job to stop. Returns the number of attempts. */
export async function stopOpenAttempts(
  tx: Tx,
  stop: { videoId: string; jobId?: string; reason: TaskCancelRequested["reason"]; now: Date },
): Promise<number> {
  const { videoId, jobId, reason, now } = stop;
  const attempts = await tx.attempt.findMany({
    where: { outcome: null, task: { job: { videoId, ...(jobId !== undefined && { id: jobId }) } } },
    select: { id: true, taskId: true, workerId: true, task: { select: { jobId: true } } },
  });
  for (const { id, taskId, workerId, task } of attempts) {
    await addToOutbox(tx, toStopMessage({ attemptId: id, taskId, workerId }, reason, now), task);
  }
  return attempts.length;
}

export const toStopMessage = (
  attempt: { taskId: string; attemptId: string; workerId: string },
  reason: TaskCancelRequested["reason"],
  now: Date,
  keep?: string[],
): TaskCancelRequested => ({
  type: "task.cancel-requested.v1",
  taskId: attempt.taskId,
  attemptId: attempt.attemptId,
  workerId: attempt.workerId,
  reason,
  ...(keep && { keep }),
  requestedAt: now.toISOString(),
});
