import { composition, Requirements } from "@reelay/contracts";
import type { Tx } from "../../events/index.ts";
import type { TaskWithAll } from "../../jobs/index.ts";
import { countIdle } from "../../workers/index.ts";

/** Beyond, the audio takes longer than the scenes. */
const MOST = 16;

/**
 * Workers that could draw a video together now: idle ones that no other task waits for. Scenes need no voice,
 * since the first worker speaks.
 */
export async function countWorkers(
  tx: Tx,
  { id, pool, requirements }: Pick<TaskWithAll, "id" | "pool" | "requirements">,
  now: Date,
): Promise<number> {
  const { voice: _spoken, ...needed } = Requirements.parse(requirements);
  const idle = await countIdle(tx, { pool, kind: composition.name, requirements: needed }, now);
  if (idle < 2) return idle;
  const waiting = await tx.task.findMany({
    where: { id: { not: id }, status: "QUEUED", availableAt: { lte: now } },
    take: idle,
    select: { id: true },
  });
  return Math.min(MOST, idle - waiting.length);
}
