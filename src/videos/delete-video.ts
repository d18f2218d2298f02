import { objectKeys } from "@reelay/contracts";
import type { Prisma } from "../../prisma/generated/client.ts";
import { lockOwnVideo } from "../auth/own-video.ts";
import type { Viewer } from "../auth/viewer.ts";
import type { OperationDeps } from "../deps.ts";
import { recordChange } from "../events/record-change.ts";
import { stopOpenAttempts } from "../jobs/stop-attempts.ts";

/** Deletes a video with everything that was made of it; a worker that is at it is stopped. Throws `NotFoundError`. */
export async function deleteVideo(
  deps: OperationDeps,
  viewer: Viewer,
  { videoId }: { videoId: string },
): Promise<{ videoId: string }> {
  await deps.db.$transaction(async (tx) => {
    await lockOwnVideo(tx, viewer, videoId);
    // Not merely LEASE_LOST, whose end nobody hears of: what a worker stores until it stops is removed when it says so.
    await stopOpenAttempts(tx, { videoId, reason: "CANCELED", now: deps.clock() });
    // What receivers know it by: they cannot ask for it any more.
    const { externalId, title, metadata } = await tx.video.findUniqueOrThrow({ where: { id: videoId } });
    const data = { externalId, title, metadata: metadata as Prisma.InputJsonValue };
    await recordChange(tx, { workspaceId: viewer.workspaceId, videoId }, [{ type: "video.deleted", data }]);
    await tx.video.delete({ where: { id: videoId } });
  });
  // After the commit: what cannot be removed now only costs room, and nothing names it any more.
  await Promise.all([deps.store.deletePrefix(objectKeys.video(videoId)), deps.uploads.remove(videoId)]).catch(
    (error: unknown) => deps.log.warn({ err: error, videoId }, "video.objects-left"),
  );
  return { videoId };
}
