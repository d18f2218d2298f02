import { composition, Requirements } from "@reelay/contracts";
import type { Tx } from "../../events/index.ts";
import type { TaskWithAll } from "../../jobs/index.ts";
import { countIdle } from "../../workers/index.ts";

/** Beyond, the audio takes longer than the scenes. */
const MOST = 16;

/**
 * Workers that could draw a video together now: idle ones that may receive the workspace's tasks and that no
 * other task waits for. Scenes need no voice, since the first worker speaks.
 */
export async function countWorkers(
  tx: Tx,
  { id, pool, requirements, workspaceId }: Pick<TaskWithAll, "id" | "pool" | "requirements" | "workspaceId">,
  now: Date,
): Promise<number> {
  const { workerRealms: realms, maxRunningTasks } = await tx.workspace.findUniqueOrThrow({
    where: { id: workspaceId },
    select: { workerRealms: true, maxRunningTasks: true },
  });
  const { voice: _spoken, ...needed } = Requirements.parse(requirements);
  const need = { pool, kind: composition.name, requirements: needed, realms };
  const idle = await countIdle(tx, need, now);
  if (idle < 2) return idle;
  const others = { id: { not: id } };
  const waiting = await tx.task.findMany({
    where: { ...others, status: "QUEUED", availableAt: { lte: now } },
    take: idle,
    select: { id: true },
  });
  const running = await tx.task.count({ where: { ...others, workspaceId, status: "RUNNING" } });
  return Math.min(MOST, idle - waiting.length, (maxRunningTasks ?? Infinity) - running);
}
