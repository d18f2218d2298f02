import { type Viewer, videoNotFound } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { ConflictError } from "../errors/index.ts";
import { cancelJob } from "./cancel-job.ts";

/**
 * Cancels every waiting or running job of a video. Safe to repeat. Throws `NotFoundError`, and
 * `ConflictError` (`NOTHING_TO_CANCEL`) for a video whose jobs ended in another way.
 */
export async function cancelVideo(
  deps: OperationDeps,
  viewer: Viewer,
  { videoId }: { videoId: string },
): Promise<{ videoId: string }> {
  const { workspaceId } = viewer;
  const video = await deps.db.video.findFirst({
    where: { id: videoId, workspaceId },
    select: {
      jobs: { where: { OR: [{ endedAt: null }, { status: "CANCELED" }] }, orderBy: { createdAt: "desc" } },
    },
  });
  if (video === null) throw videoNotFound();
  if (video.jobs.length === 0) {
    throw new ConflictError("NOTHING_TO_CANCEL", "No job of this video is waiting or running.");
  }
  for (const { id, endedAt } of video.jobs) if (endedAt === null) await cancelUnlessEnded(deps, viewer, id);
  return { videoId };
}

/** A job that ends in the meantime needs no canceling. */
async function cancelUnlessEnded(deps: OperationDeps, viewer: Viewer, jobId: string): Promise<void> {
  try {
    await cancelJob(deps, viewer, { jobId });
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
  }
}
