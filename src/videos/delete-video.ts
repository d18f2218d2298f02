import { objectKeys } from "@reelay/contracts";
import type { Prisma } from "../../prisma/generated/client.ts";
import { lockOwnVideo, type Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { recordChange } from "../events/index.ts";
import { stopOpenAttempts } from "../jobs/index.ts";

/** Deletes a video with all its output, and stops its worker. Throws `NotFoundError`. */
export async function deleteVideo(
  deps: OperationDeps,
  viewer: Viewer,
  { videoId }: { videoId: string },
): Promise<{ videoId: string }> {
  await deps.db.$transaction(async (tx) => {
    await lockOwnVideo(tx, viewer, videoId);
    // Not LEASE_LOST, whose end is not reported: the worker's last output is removed when it reports the
    // stop.
    await stopOpenAttempts(tx, { videoId, reason: "CANCELED", now: deps.clock() });
    // Receivers identify the video by these, since they can no longer query it.
    const { externalId, title, metadata } = await tx.video.findUniqueOrThrow({ where: { id: videoId } });
    const data = { externalId, title, metadata: metadata as Prisma.InputJsonValue };
    await recordChange(tx, { workspaceId: viewer.workspaceId, videoId }, [{ type: "video.deleted", data }]);
    await tx.video.delete({ where: { id: videoId } });
  });
  // After the commit: objects that cannot be removed only use space, and nothing refers to them.
  await Promise.all([deps.store.deletePrefix(objectKeys.video(videoId)), deps.uploads.remove(videoId)]).catch(
    (error: unknown) => deps.log.warn({ err: error, videoId }, "video.objects-not-removed"),
  );
  return { videoId };
}
