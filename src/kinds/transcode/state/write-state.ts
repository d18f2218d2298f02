import { Prisma } from "../../../../prisma/generated/client.ts";
import type { Tx } from "../../../events/record-change.ts";
import { videoMayBecome } from "../../../jobs/may-become.ts";
import type { StatePlan, VideoRows } from "./state-plan.ts";

/** Writes the planned changes only. */
export async function writeState(tx: Tx, videoId: string, plan: StatePlan): Promise<void> {
  const { source, video, variants, sounds } = plan;
  if (Object.keys(source).length > 0) {
    const { probe, ...data } = source;
    await tx.source.update({ where: { videoId }, data: { ...data, ...(probe && { probe }) } });
  }
  for (const variant of variants) await writeVariant(tx, variant);
  if (sounds.removed.length > 0)
    await tx.audioTrack.deleteMany({ where: { videoId, name: { in: sounds.removed } } });
  for (const sound of sounds.written) await writeSound(tx, sound);
  if (Object.keys(video).length > 0) {
    const {
      metadata: _unchanged,
      error: _settled,
      nonStandardReasons,
      storyboard,
      download,
      preview,
      ...data
    } = video;
    await tx.video.update({
      where: { id: videoId, ...(video.status && { status: videoMayBecome(video.status) }) },
      data: {
        ...data,
        ...(nonStandardReasons && { nonStandardReasons }),
        ...(storyboard && { storyboard }),
        ...(download && { download }),
        ...(preview && { preview }),
      },
    });
  }
}

async function writeVariant(tx: Tx, { id, videoId, name, ...variant }: VideoRows["variants"][number]) {
  const { quality: _measured, ...known } = variant;
  const { playlist, error } = variant;
  const data = { ...known, playlist: playlist ?? Prisma.DbNull, error: error ?? Prisma.DbNull };
  const { fraction: _f, frames: _n, fps: _r, speed: _s, etaMs: _e, ...state } = data;
  await tx.variant.upsert({
    where: { videoId_name: { videoId, name } },
    create: { ...data, id, videoId, name },
    // Progress reports update the progress; there may have been more since the row was read.
    update: variant.status === "READY" ? data : state,
  });
}

async function writeSound(tx: Tx, { videoId, name, ...sound }: VideoRows["audioTracks"][number]) {
  const data = { ...sound, playlist: sound.playlist ?? Prisma.DbNull };
  await tx.audioTrack.upsert({
    where: { videoId_name: { videoId, name } },
    create: { ...data, videoId, name },
    update: data,
  });
}
