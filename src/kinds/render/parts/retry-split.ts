import { type Profile, PublishedPlaylist } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import type { Job } from "../../../../prisma/generated/client.ts";
import { recordChange, type Tx } from "../../../events/index.ts";
import { type JobScope, unfinishedVariants } from "../../../jobs/index.ts";
import { refreshManifest } from "../../../streaming/index.ts";
import { missingAssets } from "../../asset-kinds.ts";
import { videoRows } from "../state/index.ts";
import { extendPlaylists } from "./extend-playlists.ts";
import { planRetry } from "./plan-retry.ts";
import { readGrid } from "./plan-tasks.ts";

/**
 * For a split job: the missing parts, or only the assets of its profile. Null for a single task, which starts
 * again unless only assets are missing.
 */
export async function whatIsLeft(tx: Tx, earlier: { plan: Job["plan"]; profile: Profile }, scope: JobScope) {
  const plan = readGrid(earlier.plan);
  const { profile } = earlier;
  const { videoId } = scope;
  const { durationMs, audioTracks, parts } = await tx.video.findUniqueOrThrow({
    where: { id: videoId },
    select: {
      durationMs: true,
      audioTracks: { select: { name: true, playlist: true } },
      parts: { where: { isComplete: true }, select: { rendition: true, startMs: true } },
    },
  });
  const variants = await tx.variant.findMany({ where: unfinishedVariants(scope), select: { name: true } });
  const tracks = audioTracks.filter(
    ({ playlist }) => !PublishedPlaylist.nullable().parse(playlist ?? null)?.isComplete,
  );
  const renditions = [...variants, ...tracks].map(({ name }) => name);
  const assets = renditions.length === 0 ? await missingAssets(tx, { ...scope, profile }) : [];
  if (assets.length > 0) return { plan, needsHead: false, rest: assets };
  if (plan === null) return null;
  const left = planRetry({ plan, durationMs: durationMs ?? 0, renditions, complete: parts });
  return { plan, ...left };
}

/** Playback starts immediately with the finished parts up to the first missing one. */
export async function playAvailableRange(
  tx: Tx,
  store: ObjectStore,
  { videoId, jobId, now }: { videoId: string; jobId: string; now: Date },
): Promise<void> {
  const job = await tx.job.findUniqueOrThrow({ where: { id: jobId } });
  const rows = await tx.video.findUniqueOrThrow({ where: { id: videoId }, include: videoRows });
  const parts = await tx.part.findMany({ where: { videoId, startMs: 0 }, select: { rendition: true } });
  const renditions = parts.map(({ rendition }) => rendition);
  const grown = await extendPlaylists(tx, store, { job, rows, renditions, now });
  if (grown === null) return;
  await recordChange(tx, { ...job, jobId }, grown.changes);
  await refreshManifest(tx, store, videoId);
}
