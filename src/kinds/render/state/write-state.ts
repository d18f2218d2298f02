import { Prisma } from "../../../../prisma/generated/client.ts";
import { writeAsset } from "../../../database/index.ts";
import type { Tx } from "../../../events/index.ts";
import { variantMayBecome, videoMayBecome } from "../../../jobs/index.ts";
import type { StatePlan, VideoRows } from "./state-plan.ts";

/** Writes the planned changes only. */
export async function writeState(tx: Tx, videoId: string, plan: StatePlan): Promise<void> {
  const { source, video, variants, audioTracks, assets } = plan;
  if (Object.keys(source).length > 0) {
    const { probe, params: _fixed, ...data } = source;
    await tx.source.update({ where: { videoId }, data: { ...data, ...(probe && { probe }) } });
  }
  for (const variant of variants) await writeVariant(tx, variant);
  if (audioTracks.removed.length > 0)
    await tx.audioTrack.deleteMany({ where: { videoId, name: { in: audioTracks.removed } } });
  for (const audio of audioTracks.written) await writeAudioTrack(tx, audio);
  for (const asset of assets) await writeAsset(tx, videoId, asset);
  if (Object.keys(video).length > 0) {
    const { metadata: _unchanged, error: _settled, nonStandardReasons, storyboard, ...data } = video;
    await tx.video.update({
      where: { id: videoId, ...(video.status && { status: videoMayBecome(video.status) }) },
      data: {
        ...data,
        ...(nonStandardReasons && { nonStandardReasons }),
        ...(storyboard && { storyboard }),
      },
    });
  }
}

async function writeVariant(tx: Tx, { id, videoId, name, ...variant }: VideoRows["variants"][number]) {
  const { quality: _measured, ...known } = variant;
  const { playlist, error } = variant;
  const data = { ...known, playlist: playlist ?? Prisma.DbNull, error: error ?? Prisma.DbNull };
  const { fraction: _f, frames: _n, fps: _r, speed: _s, etaMs: _e, ...state } = data;
  const { count } = await tx.variant.updateMany({
    where: { videoId, name, status: variantMayBecome(variant.status) },
    // Progress reports update the progress; there may have been more since the row was read.
    data: variant.status === "READY" ? data : state,
  });
  // If there is a row that may not become this, Postgres rejects a second one.
  if (count === 0) await tx.variant.create({ data: { ...data, id, videoId, name } });
}

async function writeAudioTrack(tx: Tx, { videoId, name, ...audio }: VideoRows["audioTracks"][number]) {
  const data = { ...audio, playlist: audio.playlist ?? Prisma.DbNull };
  await tx.audioTrack.upsert({
    where: { videoId_name: { videoId, name } },
    create: { ...data, videoId, name },
    update: data,
  });
}
