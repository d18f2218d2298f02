import { Profile, requirementsOf } from "@reelay/contracts";
import type { Job, Task } from "../../prisma/generated/client.ts";
import { type TaskKind, wireKindOf } from "../database/job-kinds.ts";
import type { Tx } from "../events/record-change.ts";

export interface PlannedTask {
  kind: Exclude<TaskKind, "RENDER">;
  startMs: number;
  /** Null: the end of the source. */
  endMs: number | null;
  /** Names of the variants of a chunk, or of the audio; empty for a download. */
  renditions: string[];
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
    data: tasks.map(({ dueAfterMs, ...task }) => ({
      ...task,
      ...{ jobId, workspaceId, priority, pool, requirements: requirementsOf(wireKindOf(task.kind), recipe) },
      isRest: true,
      status: "QUEUED" as const,
      queuedAt: now,
      availableAt: now,
      dueAt: new Date(since + dueAfterMs),
    })),
  });
}
