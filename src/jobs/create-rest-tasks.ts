import type { Task } from "../../prisma/generated/client.ts";
import type { Tx } from "../events/record-change.ts";
import type { PlannedTask } from "../kinds/transcode/parts/plan-tasks.ts";

/** Writes the tasks for what comes after a job's head, into the queue. */
export async function createRestTasks(
  tx: Tx,
  {
    job: { id: jobId, queuedAt, ...queue },
    tasks,
    now,
  }: {
    job: Pick<Task, "workspaceId" | "priority" | "queuedAt" | "pool"> & { id: string };
    tasks: readonly PlannedTask[];
    now: Date;
  },
): Promise<void> {
  const since = (queuedAt ?? now).getTime();
  await tx.task.createMany({
    data: tasks.map(({ dueAfterMs, ...task }) => ({
      ...task,
      ...queue,
      ...{
        jobId,
        isRest: true,
        status: "QUEUED" as const,
        queuedAt: now,
        availableAt: now,
        dueAt: new Date(since + dueAfterMs),
      },
    })),
  });
}
