import { randomUUID } from "node:crypto";
import { isAudioOnly, Profile } from "@reelay/contracts";
import type { Job } from "../../prisma/generated/client.ts";
import type { Tx } from "../events/record-change.ts";
import { jobUnderWay } from "../jobs/render-again.ts";
import { createFollowUp } from "./create-follow-up.ts";

/** Where a job's profile asks for a preview, and the video that it has made has none: behind all that somebody waits for. The caller holds the video's lock. */
export async function previewAfter(tx: Tx, job: Job, now: Date): Promise<void> {
  const profile = Profile.parse(job.profile);
  const { workspaceId, videoId } = job;
  if (!profile.preview || isAudioOnly(profile) || job.onlyVariants.length > 0) return;
  const video = await tx.video.findUniqueOrThrow({ where: { id: videoId } });
  if (video.status !== "READY" || video.preview !== null) return;
  if (await jobUnderWay(tx, videoId, "PREVIEW")) return;
  const place = { priority: "BULK", isUnasked: true } as const;
  const id = randomUUID();
  await createFollowUp(
    tx,
    { id, workspaceId, videoId, kind: "PREVIEW", profile, ...place },
    { now, maxActiveJobs: null },
  );
}
