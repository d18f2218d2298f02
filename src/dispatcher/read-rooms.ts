import type { Tx } from "../events/index.ts";
import type { TaskWithAll } from "../jobs/index.ts";
import { readRoom, type StorageLimits } from "../quotas/index.ts";

/**
 * Room in the storage quotas by workspace, so that a worker stops downloading a source that does not fit.
 * Reads only workspaces whose tasks start with a download. Tasks that are dispatched together each get the
 * whole room; the exact check follows when the source is stored.
 */
export async function readRooms(
  tx: Tx,
  tasks: readonly TaskWithAll[],
  limits: StorageLimits,
): Promise<ReadonlyMap<string, number>> {
  const ids = new Set(tasks.filter(isFetched).map(({ workspaceId }) => workspaceId));
  const rooms = new Map<string, number>();
  for (const id of ids) {
    const room = await readRoom(tx, id, limits);
    if (room !== null) rooms.set(id, room);
  }
  return rooms;
}

/** Whether the task's worker downloads the source from a URL. */
const isFetched = ({ job }: TaskWithAll): boolean =>
  job.video.source?.kind === "URL" && job.video.source.receivedAt === null;
