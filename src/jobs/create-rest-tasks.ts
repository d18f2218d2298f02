import { type KindParams, Profile, requirementsOf } from "@reelay/contracts";
import type { Job, Task } from "../../prisma/generated/client.ts";
import { type TaskKind, wireKindOf } from "../database/index.ts";
import type { Tx } from "../events/index.ts";
import { taskParams } from "./task-rows.ts";

export interface PlannedTask {
  kind: TaskKind;
  params: KindParams;
  /** Time after queueing when a viewer who started then would need it. */
  dueAfterMs: number;
}

/** Queues the tasks after a job's head. */
export async function createRestTasks(
  tx: Tx,
  {
    job: { id: jobId, workspaceId, priority, queuedAt, profile },
    pool,
    tasks,
    now,
  }: {
    job: Pick<Job, "id" | "workspaceId" | "priority" | "queuedAt"> & { profile: unknown };
    pool: Task["pool"];
    tasks: readonly PlannedTask[];
    now: Date;
  },
): Promise<void> {
  const since = (queuedAt ?? now).getTime();
  const recipe = Profile.parse(profile);
  await tx.task.createMany({
    data: tasks.map(({ kind, params, dueAfterMs }) => ({
      ...{ jobId, workspaceId, priority, pool, kind },
      params: taskParams(kind, params),
      requirements: requirementsOf(wireKindOf(kind), recipe),
      isRest: true,
      status: "QUEUED" as const,
      queuedAt: now,
      availableAt: now,
      dueAt: new Date(since + dueAfterMs),
    })),
  });
}
