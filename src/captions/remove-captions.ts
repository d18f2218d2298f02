import { lockOwnVideo, type Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { storeTransaction } from "../database/index.ts";
import { NotFoundError } from "../errors/index.ts";
import { recordChange } from "../events/index.ts";
import { refreshManifest } from "../streaming/index.ts";
import { removeObjects } from "./remove-objects.ts";

/** The same error for captions that do not exist and for another workspace's. */
const captionsNotFound = (): NotFoundError =>
  new NotFoundError(
    "CAPTIONS_NOT_FOUND",
    "There are no such captions in this workspace; `Video.captions` lists those that a video has.",
  );

/** Removes captions, from the playlists first. Throws `NotFoundError`. */
export async function removeCaptions(
  deps: OperationDeps,
  viewer: Viewer,
  { captionTrackId: id }: { captionTrackId: string },
): Promise<{ videoId: string }> {
  const { db, store } = deps;
  const { workspaceId } = viewer;
  const found = await db.captionTrack.findFirst({ where: { id, video: { workspaceId } } });
  if (found === null) throw captionsNotFound();
  const { videoId } = found;
  const removed = await db.$transaction(async (tx) => {
    await lockOwnVideo(tx, viewer, videoId);
    const track = await tx.captionTrack.findUnique({ where: { id } });
    if (track === null) throw captionsNotFound();
    await tx.captionTrack.delete({ where: { id } });
    const { language, kind, label } = track;
    await recordChange(tx, { workspaceId, videoId }, [
      { type: "captions.removed", data: { language, kind, label } },
    ]);
    await refreshManifest(tx, store, videoId);
    return track;
  }, storeTransaction);
  await removeObjects(deps, removed.key);
  return { videoId };
}
