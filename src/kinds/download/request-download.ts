import { chooseVariant, Profile } from "@reelay/contracts";
import type { Viewer } from "../../auth/index.ts";
import type { OperationDeps } from "../../context/index.ts";
import { onceByKey } from "../../idempotency/index.ts";
import { canceled, settleJob } from "../../jobs/index.ts";
import { assertRoom } from "../../quotas/index.ts";
import { assetUnderWay, checkDownload, createAssetJob, lockAskedVideo, MOST_HEIGHT } from "../asset/index.ts";

interface DownloadRequest {
  videoId: string;
  /** Maximum shorter side of the variant. Default: any. */
  height?: number | null;
  idempotencyKey?: string | null;
}

/**
 * Requests an MP4 from a finished variant and the audio, without encoding. It waits for the render of its
 * video. An existing or running one of the same variant suffices; one of another variant stays until the new
 * one is stored. Throws `NotFoundError`, `QuotaExceededError` and the errors of `checkDownload`.
 */
export async function requestDownload(
  deps: OperationDeps,
  viewer: Viewer,
  { videoId, height, idempotencyKey: key }: DownloadRequest,
): Promise<{ videoId: string }> {
  const { workspaceId } = viewer;
  const most = height ?? MOST_HEIGHT;
  const request = { workspaceId, key, operation: "requestDownload", input: { videoId, height: most } };
  await onceByKey(deps.db, request, async (tx, id) => {
    const asked = await lockAskedVideo(tx, viewer, videoId);
    const variant = checkDownload(asked.video, asked.profile, most);
    const there = asked.assets.download;
    const underWay = await assetUnderWay(tx, videoId, "DOWNLOAD");
    const isOfIt = (job: { profile: unknown }) => {
      const requested = Profile.parse(job.profile);
      if (variant === null) return requested.download?.height === most;
      return chooseVariant(asked.video.variants, requested)?.name === variant;
    };
    const isThere = variant !== null && there?.variant === variant;
    if (underWay ? isOfIt(underWay) : isThere) return;
    await assertRoom(tx, workspaceId, deps.limits);
    const now = deps.clock();
    if (underWay) await settleJob(tx, underWay, canceled, now);
    if (isThere) return;
    const profile = { ...asked.profile, download: { height: most } };
    const { dependsOnId } = asked;
    const job = {
      id,
      workspaceId,
      videoId,
      kind: "DOWNLOAD",
      profile,
      priority: "STANDARD",
      dependsOnId,
    } as const;
    await createAssetJob(tx, job, { now, maxActiveJobs: deps.limits.activeJobs });
    deps.metrics?.jobCreated(job.priority);
  });
  return { videoId };
}
