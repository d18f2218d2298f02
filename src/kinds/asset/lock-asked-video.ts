import { type AssetKind, Profile } from "@reelay/contracts";
import type { Job, Video } from "../../../prisma/generated/client.ts";
import { lockOwnVideo, type Viewer } from "../../auth/index.ts";
import { assetsOf, isVideoJob, replacingJobKinds, videoJobKinds } from "../../database/index.ts";
import type { Tx } from "../../events/index.ts";
import { jobUnderWay } from "../../jobs/index.ts";

/**
 * The viewer's video with everything that decides which assets it can have, locked until the transaction
 * ends. Throws `NotFoundError`.
 */
export async function lockAskedVideo(tx: Tx, viewer: Viewer, videoId: string) {
  await lockOwnVideo(tx, viewer, videoId);
  const video = await tx.video.findUniqueOrThrow({
    where: { id: videoId },
    include: { variants: true, source: true, assets: true },
  });
  // The profile of its latest render, which may have changed since.
  const { profile } = await tx.job.findFirstOrThrow({
    where: { videoId, ...isVideoJob },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    select: { profile: true },
  });
  return {
    video,
    assets: assetsOf(video),
    profile: Profile.parse(profile),
    dependsOnId: await jobBefore(tx, video),
  };
}

/**
 * The job that an asset made of variants must wait for: the render until the video is READY, then the repair
 * that replaces damaged ones. Null: none.
 */
export async function jobBefore(
  tx: Tx,
  { id, status }: Pick<Video, "id" | "status">,
): Promise<string | null> {
  const kinds = status === "READY" ? replacingJobKinds : videoJobKinds;
  return (await jobUnderWay(tx, id, ...kinds))?.id ?? null;
}

/** The waiting or running job for this kind of asset, with the parameters of its task. */
export async function assetUnderWay(
  tx: Tx,
  videoId: string,
  kind: AssetKind,
): Promise<(Job & { params: unknown }) | null> {
  const found = await jobUnderWay(tx, videoId, kind);
  if (found === null) return null;
  const { tasks, ...job } = await tx.job.findUniqueOrThrow({
    where: { id: found.id },
    include: { tasks: { select: { params: true } } },
  });
  return { ...job, params: tasks[0]?.params };
}
