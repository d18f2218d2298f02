import type { RenderState, VariantState } from "@reelay/contracts";
import { Prisma, type Variant } from "../../prisma/generated/client.ts";
import type { Change, Tx } from "../events/record-change.ts";
import { planMasterPlaylist } from "../videos/master-playlist.ts";
import type { HeldAttempt } from "./hold-attempt.ts";

/** Writes what an attempt knows into the rows, and says which changes that made. A variant that is READY stays as it is. */
export async function applyState(
  tx: Tx,
  attempt: HeldAttempt,
  state: RenderState,
  now: Date,
): Promise<Change[]> {
  const { videoId } = attempt.task.job;
  const changes: Change[] = [];
  if (state.source) await applySource(tx, videoId, state.source, now, changes);
  const rows = await tx.variant.findMany({ where: { videoId } });
  for (const variant of state.variants) {
    const row = rows.find(({ name }) => name === variant.name);
    await applyVariant(tx, attempt, variant, row, now, changes);
  }
  await applyAudio(tx, attempt, state);
  if (state.posterKey !== null) {
    await tx.video.update({ where: { id: videoId }, data: { posterKey: state.posterKey } });
  }
  await becomePlayable(tx, videoId, now, changes);
  return changes;
}

async function applySource(
  tx: Tx,
  videoId: string,
  source: NonNullable<RenderState["source"]>,
  now: Date,
  changes: Change[],
): Promise<void> {
  const known = await tx.source.findUniqueOrThrow({ where: { videoId } });
  const { probe } = source;
  if (known.receivedAt !== null && (probe === null || known.probe !== null)) return;
  await tx.source.update({
    where: { videoId },
    data: {
      objectKey: source.key,
      sizeBytes: BigInt(source.sizeBytes),
      contentType: source.contentType ?? known.contentType,
      receivedAt: known.receivedAt ?? now,
      ...(probe && { probe }),
    },
  });
  if (known.receivedAt === null) changes.push({ type: "video.source-received" });
  if (probe === null) return;
  const { video, durationMs } = probe;
  await tx.video.update({
    where: { id: videoId },
    data: {
      durationMs: durationMs === null ? null : Math.min(Math.round(durationMs), 2_147_483_647),
      width: video.width,
      height: video.height,
      frameRate: video.frameRate,
    },
  });
  changes.push({ type: "video.probed" });
}

async function applyVariant(
  tx: Tx,
  attempt: HeldAttempt,
  state: VariantState,
  row: Variant | undefined,
  now: Date,
  changes: Change[],
): Promise<void> {
  if (row?.status === "READY") return;
  const { videoId } = attempt.task.job;
  // An earlier attempt's growing playlist goes on playing until this one has segments of its own.
  const playlist = state.playlist ?? (state.status === "RENDERING" ? row?.playlist : null) ?? Prisma.DbNull;
  const isReady = state.status === "READY";
  const data = {
    position: state.index,
    tier: state.tier,
    status: state.status,
    codec: state.codec,
    width: state.width,
    height: state.height,
    frameRate: state.frameRate,
    bitrateBps: state.bitrateBps,
    skipReason: state.skipReason,
    attemptId: attempt.id,
    playlist,
    errorCode: state.error?.code ?? null,
    errorMessage: state.error?.message ?? null,
    errorRetriable: state.error?.retriable ?? null,
    ...(state.playlist && { sizeBytes: BigInt(state.playlist.sizeBytes) }),
    ...(isReady && { fraction: 1, etaMs: 0, readyAt: now }),
  };
  await tx.variant.upsert({
    where: { videoId_name: { videoId, name: state.name } },
    create: { ...data, videoId, name: state.name },
    update: data,
  });
  if (row?.status !== state.status && state.status !== "PENDING") {
    changes.push({ type: `variant.${state.status.toLowerCase()}`, data: { name: state.name } });
  }
}

async function applyAudio(tx: Tx, attempt: HeldAttempt, { audio, source }: RenderState): Promise<void> {
  const { videoId } = attempt.task.job;
  if (audio === null) {
    // Known to be silent, or turned out to be.
    if (source?.probe) await tx.audioTrack.deleteMany({ where: { videoId } });
    return;
  }
  const { codec, channels, language } = audio;
  const data = { codec, channels, language, attemptId: attempt.id };
  const playlist = audio.playlist ?? undefined;
  await tx.audioTrack.upsert({
    where: { videoId },
    create: { ...data, videoId, ...(playlist && { playlist }) },
    update: { ...data, ...(playlist && { playlist }) },
  });
}

/** The first state in which the master playlist names a variant. */
async function becomePlayable(tx: Tx, videoId: string, now: Date, changes: Change[]): Promise<void> {
  const video = await tx.video.findUniqueOrThrow({
    where: { id: videoId },
    include: { variants: true, audio: true },
  });
  if (video.playableAt !== null || planMasterPlaylist(video) === null) return;
  await tx.video.update({ where: { id: videoId }, data: { status: "PLAYABLE", playableAt: now } });
  changes.push({ type: "video.playable" });
}
