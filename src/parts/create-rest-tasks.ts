import type { Job, Pool } from "../../prisma/generated/client.ts";
import type { Tx } from "../events/record-change.ts";
import type { PlannedTask } from "./plan-tasks.ts";

/** Writes the tasks for what comes after a job's head, into the queue. */
export async function createRestTasks(
  tx: Tx,
  {
    job,
    pool,
    tasks,
    now,
  }: {
    job: Pick<Job, "id" | "workspaceId" | "priority" | "queuedAt">;
    pool: Pool;
    tasks: readonly PlannedTask[];
    now: Date;
  },
): Promise<void> {
  const since = (job.queuedAt ?? now).getTime();
  await tx.task.createMany({
    data: tasks.map(({ dueAfterMs, ...task }) => ({
      ...task,
      ...{ jobId: job.id, workspaceId: job.workspaceId, priority: job.priority, pool, isRest: true },
      ...{ status: "QUEUED" as const, queuedAt: now, availableAt: now, dueAt: new Date(since + dueAfterMs) },
    })),
  });
}
