import type { Viewer } from "../../auth/viewer.ts";
import type { OperationDeps } from "../../deps.ts";
import { onceByKey } from "../../idempotency.ts";
import { canceled, settleJob } from "../../jobs/settle-job.ts";
import { checkPoster } from "../asset/check-request.ts";
import { createAssetJob } from "../asset/create-asset-job.ts";
import { assetUnderWay, lockAskedVideo } from "../asset/lock-asked-video.ts";

interface PosterRequest {
  videoId: string;
  /** On the video's timeline. */
  atMs: number;
  idempotencyKey?: string | null;
}

/**
 * Requests a poster at this position. The existing one stays until then. The latest request replaces a
 * running one; an identical one changes nothing. Throws `NotFoundError`, `QuotaExceededError` and the errors
 * of `checkPoster`.
 */
export async function setPoster(
  deps: OperationDeps,
  viewer: Viewer,
  { videoId, atMs, idempotencyKey: key }: PosterRequest,
): Promise<{ videoId: string }> {
  const { workspaceId } = viewer;
  const request = { workspaceId, key, operation: "setPoster", input: { videoId, atMs } };
  await onceByKey(deps.db, request, async (tx, id) => {
    const { video, profile } = await lockAskedVideo(tx, viewer, videoId);
    checkPoster(video, profile, atMs);
    const now = deps.clock();
    const underWay = await assetUnderWay(tx, videoId, "POSTER");
    if (underWay ? underWay.atMs === atMs : video.posterAtMs === atMs) return;
    if (underWay) await settleJob(tx, underWay, canceled, now);
    if (video.posterAtMs === atMs) return;
    const job = { id, workspaceId, videoId, kind: "POSTER", profile, priority: "INTERACTIVE", atMs } as const;
    await createAssetJob(tx, job, { now, maxActiveJobs: deps.limits.activeJobs });
    deps.metrics?.jobCreated(job.priority);
  });
  return { videoId };
}
