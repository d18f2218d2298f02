import { chooseVariant, Download, Profile } from "@reelay/contracts";
import type { Viewer } from "../../auth/viewer.ts";
import type { OperationDeps } from "../../deps.ts";
import { onceByKey } from "../../idempotency.ts";
import { canceled, settleJob } from "../../jobs/settle-job.ts";
import { assertRoom } from "../../quotas/index.ts";
import { checkDownload, mostHeight } from "../asset/check-request.ts";
import { createAssetJob } from "../asset/create-asset-job.ts";
import { assetUnderWay, lockAskedVideo } from "../asset/lock-asked-video.ts";

interface DownloadRequest {
  videoId: string;
  /** Maximum shorter side of the variant. Default: any. */
  height?: number | null;
  idempotencyKey?: string | null;
}

/**
 * Requests an MP4 of a READY video from a finished variant and the audio, without encoding. An existing or
 * running one of the same variant suffices; one of another variant stays until the new one is stored. Throws
 * `NotFoundError`, `QuotaExceededError` and the errors of `checkDownload`.
 */
export async function requestDownload(
  deps: OperationDeps,
  viewer: Viewer,
  { videoId, height, idempotencyKey: key }: DownloadRequest,
): Promise<{ videoId: string }> {
  const { workspaceId } = viewer;
  const most = height ?? mostHeight;
  const request = { workspaceId, key, operation: "requestDownload", input: { videoId, height: most } };
  await onceByKey(deps.db, request, async (tx, id) => {
    const asked = await lockAskedVideo(tx, viewer, videoId);
    const variant = checkDownload(asked.video, asked.profile, most);
    const there = Download.nullable().parse(asked.video.download ?? null);
    const underWay = await assetUnderWay(tx, videoId, "DOWNLOAD");
    const isOfIt = (job: { profile: unknown }) =>
      chooseVariant(asked.video.variants, Profile.parse(job.profile))?.name === variant;
    if (underWay ? isOfIt(underWay) : there?.variant === variant) return;
    await assertRoom(tx, workspaceId, deps.limits);
    const now = deps.clock();
    if (underWay) await settleJob(tx, underWay, canceled, now);
    if (there?.variant === variant) return;
    const profile = { ...asked.profile, download: { height: most } };
    const job = { id, workspaceId, videoId, kind: "DOWNLOAD", profile, priority: "STANDARD" } as const;
    await createAssetJob(tx, job, { now, maxActiveJobs: deps.limits.activeJobs });
    deps.metrics?.jobCreated(job.priority);
  });
  return { videoId };
}
