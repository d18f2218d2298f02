import type { Viewer } from "../../auth/viewer.ts";
import type { OperationDeps } from "../../deps.ts";
import { onceByKey } from "../../idempotency.ts";
import { jobUnderWay } from "../../jobs/own-job.ts";
import { assertRoom } from "../../quotas/index.ts";
import { checkPreview } from "../asset/check-request.ts";
import { createAssetJob } from "../asset/create-asset-job.ts";
import { lockAskedVideo } from "../asset/lock-asked-video.ts";

/**
 * Requests an animated preview of a READY video. An existing or running one suffices. Throws `NotFoundError`,
 * `QuotaExceededError` and the errors of `checkPreview`.
 */
export async function requestPreview(
  deps: OperationDeps,
  viewer: Viewer,
  { videoId, idempotencyKey: key }: { videoId: string; idempotencyKey?: string | null },
): Promise<{ videoId: string }> {
  const { workspaceId } = viewer;
  const request = { workspaceId, key, operation: "requestPreview", input: { videoId } };
  await onceByKey(deps.db, request, async (tx, id) => {
    const { video, profile } = await lockAskedVideo(tx, viewer, videoId);
    checkPreview(video, profile);
    if (video.preview !== null || (await jobUnderWay(tx, videoId, "PREVIEW"))) return;
    await assertRoom(tx, workspaceId, deps.limits);
    const job = { id, workspaceId, videoId, kind: "PREVIEW", profile, priority: "STANDARD" } as const;
    await createAssetJob(tx, job, { now: deps.clock(), maxActiveJobs: deps.limits.activeJobs });
    deps.metrics?.jobCreated(job.priority);
  });
  return { videoId };
}
