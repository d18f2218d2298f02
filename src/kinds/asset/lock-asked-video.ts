import { type AssetKind, Profile } from "@reelay/contracts";
import type { Job } from "../../../prisma/generated/client.ts";
import { lockOwnVideo } from "../../auth/own-video.ts";
import type { Viewer } from "../../auth/viewer.ts";
import { isVideoJob } from "../../database/job-kinds.ts";
import type { Tx } from "../../events/record-change.ts";
import { jobUnderWay } from "../../jobs/own-job.ts";

/**
 * The viewer's video with everything that decides which assets it can have, locked until the transaction
 * ends. Throws `NotFoundError`.
 */
export async function lockAskedVideo(tx: Tx, viewer: Viewer, videoId: string) {
  await lockOwnVideo(tx, viewer, videoId);
  const video = await tx.video.findUniqueOrThrow({
    where: { id: videoId },
    include: { variants: true, source: true },
  });
  // The profile of its latest render, which may have changed since.
  const { profile } = await tx.job.findFirstOrThrow({
    where: { videoId, ...isVideoJob },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    select: { profile: true },
  });
  return { video, profile: Profile.parse(profile) };
}

/** The waiting or running job for this kind of asset, with its position on the timeline. */
export async function assetUnderWay(
  tx: Tx,
  videoId: string,
  kind: AssetKind,
): Promise<(Job & { atMs: number }) | null> {
  const found = await jobUnderWay(tx, videoId, kind);
  if (found === null) return null;
  const { tasks, ...job } = await tx.job.findUniqueOrThrow({
    where: { id: found.id },
    include: { tasks: { select: { startMs: true } } },
  });
  return { ...job, atMs: tasks[0]?.startMs ?? 0 };
}
