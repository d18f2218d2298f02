import { NotFoundError } from "../errors/index.ts";
import type { Tx } from "../events/index.ts";
import type { Viewer } from "./viewer.ts";

/** Thrown alike for what does not exist and what is another workspace's. */
export const videoNotFound = (): NotFoundError =>
  new NotFoundError(
    "VIDEO_NOT_FOUND",
    "There is no such video in this workspace; `videos` lists those that exist.",
  );

/**
 * Locks the viewer's video until the transaction ends. Everything that changes a video, its variants, jobs,
 * tasks or attempts takes this lock first, so two changes of one video never interleave and never deadlock.
 * Throws `NotFoundError`.
 */
export async function lockOwnVideo(tx: Tx, viewer: Viewer, videoId: string): Promise<void> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM videos WHERE id = ${videoId}::uuid AND workspace_id = ${viewer.workspaceId}::uuid FOR UPDATE`;
  if (rows.length === 0) throw videoNotFound();
}

/** The same for our own sake. False: there is no such video (any more). */
export async function lockVideo(tx: Tx, videoId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`SELECT 1 FROM videos WHERE id = ${videoId}::uuid FOR UPDATE`;
  return rows.length > 0;
}
