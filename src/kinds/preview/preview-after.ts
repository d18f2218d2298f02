import { randomUUID } from "node:crypto";
import { isAudioOnly, Profile } from "@reelay/contracts";
import type { Job } from "../../../prisma/generated/client.ts";
import { assetsOf } from "../../database/index.ts";
import type { Tx } from "../../events/index.ts";
import { jobUnderWay } from "../../jobs/index.ts";
import { createAssetJob } from "../asset/index.ts";

/**
 * Requests a preview in the background, if the job's profile has one and the video does not. The caller holds
 * the video's lock.
 */
export async function previewAfter(tx: Tx, job: Job, now: Date): Promise<void> {
  const profile = Profile.parse(job.profile);
  const { workspaceId, videoId } = job;
  if (!profile.preview || isAudioOnly(profile) || job.onlyVariants.length > 0) return;
  const include = { assets: true };
  const video = await tx.video.findUniqueOrThrow({ where: { id: videoId }, include });
  if (video.status !== "READY" || assetsOf(video).preview !== null) return;
  if (await jobUnderWay(tx, videoId, "PREVIEW")) return;
  const place = { priority: "BULK", isBackground: true } as const;
  const id = randomUUID();
  await createAssetJob(
    tx,
    { id, workspaceId, videoId, kind: "PREVIEW", profile, ...place },
    { now, maxActiveJobs: null },
  );
}
