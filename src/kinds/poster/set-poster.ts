import { poster } from "@reelay/contracts";
import type { Viewer } from "../../auth/index.ts";
import type { OperationDeps } from "../../context/index.ts";
import { onceByKey } from "../../idempotency/index.ts";
import { canceled, settleJob } from "../../jobs/index.ts";
import { assetUnderWay, checkPoster, createAssetJob, lockAskedVideo, needsVariants } from "../asset/index.ts";

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
    const { video, assets, profile, dependsOnId } = await lockAskedVideo(tx, viewer, videoId);
    checkPoster(video, profile, atMs);
    const now = deps.clock();
    const underWay = await assetUnderWay(tx, videoId, "POSTER");
    const isThere = assets.poster?.atMs === atMs;
    if (underWay ? poster.taskParams.parse(underWay.params).atMs === atMs : isThere) return;
    if (underWay) await settleJob(tx, underWay, canceled, now);
    if (isThere) return;
    const params = { version: 1, atMs };
    const job = {
      id,
      workspaceId,
      videoId,
      kind: "POSTER",
      profile,
      priority: "INTERACTIVE",
      params,
      dependsOnId: needsVariants({ needsVariants: false }, video.source) ? dependsOnId : null,
    } as const;
    await createAssetJob(tx, job, { now, maxActiveJobs: deps.limits.activeJobs });
    deps.metrics?.jobCreated(job.priority);
  });
  return { videoId };
}
