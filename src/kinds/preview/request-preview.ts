import type { Viewer } from "../../auth/index.ts";
import type { OperationDeps } from "../../context/index.ts";
import { onceByKey } from "../../idempotency/index.ts";
import { jobUnderWay } from "../../jobs/index.ts";
import { assertRoom } from "../../quotas/index.ts";
import { checkPreview, createAssetJob, lockAskedVideo } from "../asset/index.ts";

/**
 * Requests an animated preview. An existing or running one suffices. It waits for the render of its video.
 * Throws `NotFoundError`, `QuotaExceededError` and the errors of `checkPreview`.
 */
export async function requestPreview(
  deps: OperationDeps,
  viewer: Viewer,
  { videoId, idempotencyKey: key }: { videoId: string; idempotencyKey?: string | null },
): Promise<{ videoId: string }> {
  const { workspaceId } = viewer;
  const request = { workspaceId, key, operation: "requestPreview", input: { videoId } };
  await onceByKey(deps.db, request, async (tx, id) => {
    const { video, assets, profile, dependsOnId } = await lockAskedVideo(tx, viewer, videoId);
    checkPreview(video, profile);
    if (assets.preview !== null || (await jobUnderWay(tx, videoId, "PREVIEW"))) return;
    await assertRoom(tx, workspaceId, deps.limits);
    const job = {
      id,
      workspaceId,
      videoId,
      kind: "PREVIEW",
      profile,
      priority: "STANDARD",
      dependsOnId,
    } as const;
    await createAssetJob(tx, job, { now: deps.clock(), maxActiveJobs: deps.limits.activeJobs });
    deps.metrics?.jobCreated(job.priority);
  });
  return { videoId };
}
