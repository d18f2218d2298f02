import { BackgroundClip, PublishedPlaylist, type RenderState, SourceMaterial } from "@reelay/contracts";
import { type Edition, Prisma } from "../../../prisma/generated/client.ts";
import { adoptCaptions, removeAdopted } from "../../captions/index.ts";
import { writeAsset } from "../../database/index.ts";
import { recordChange, type Tx } from "../../events/index.ts";
import {
  type Chunk,
  editionMayBecome,
  type HeldReport,
  namedKeys,
  readDrawn,
  retireOutput,
} from "../../jobs/index.ts";
import type { VideoRows } from "../render/index.ts";
import type { PlannedEdition } from "./plan-edition.ts";

interface Publishing {
  edition: Edition;
  /** The rows before. */
  video: VideoRows;
  planned: PlannedEdition;
  captions: RenderState["captions"];
}

/**
 * Makes an edition the one that viewers get. What the earlier one has stays in the store for players that
 * loaded its playlists. The caller holds the video's lock and writes the manifests.
 */
export async function publishEdition(
  { tx, store, attempt, now }: HeldReport,
  { edition, video, planned, captions }: Publishing,
): Promise<void> {
  const { job } = attempt.task;
  const { id: videoId } = video;
  const { after, playlists } = planned;
  await Promise.all(
    playlists.map(({ published, text }) =>
      store.put(published.key, text, { contentType: "application/vnd.apple.mpegurl" }),
    ),
  );
  const parts = await tx.part.findMany({ where: { videoId }, select: { attemptId: true, initKey: true } });
  const assets = after.assets.filter(({ key }) => video.assets.every((asset) => asset.key !== key));
  const replacedAssets = video.assets.filter(({ kind }) => assets.some((asset) => asset.kind === kind));
  const replaced = [...namedKeys({ ...video, parts }), ...replacedAssets.map(({ key }) => key)];
  await retireOutput(tx, videoId, replaced, now);
  const changes = await readDrawn(tx, edition.id);
  await replaceParts(tx, videoId, edition.id);
  await replaceRenditions(tx, video, after);
  for (const asset of assets) await writeAsset(tx, videoId, asset);
  await replaceSource(tx, after, edition);
  await tx.damage.deleteMany({ where: { videoId, subject: { in: replacedSubjects(video) } } });
  const { durationMs, width, height, frameRate, storyboard } = after;
  await tx.video.update({
    where: { id: videoId },
    data: {
      ...{ edition: edition.number, durationMs, width, height, frameRate, scrubbedAt: null },
      ...{ storyboard: storyboard ?? Prisma.DbNull, error: Prisma.DbNull },
    },
  });
  const subject = { ...job, jobId: job.id, attemptId: attempt.id };
  if (captions) {
    const { captionTracks } = video;
    await adoptCaptions(tx, store, { subject, captions, captionTracks, durationMs });
  }
  await removeAdopted(tx, subject, video.captionTracks, captions?.language);
  await tx.edition.updateMany({
    where: { videoId, status: "PUBLISHED" },
    data: { status: "REPLACED", replacedAt: now },
  });
  await tx.edition.update({
    where: { id: edition.id, status: editionMayBecome("PUBLISHED") },
    data: { status: "PUBLISHED", publishedAt: now, changes: changes.map(toJson) },
  });
  await recordChange(tx, subject, [{ type: "video.edition-published", data: { edition: edition.number } }]);
}

const toJson = ({ index, title, startMs, endMs, copiedFrom }: Chunk): Prisma.InputJsonObject => ({
  ...{ index, title, startMs, endMs, copiedFrom },
});

async function replaceParts(tx: Tx, videoId: string, editionId: string): Promise<void> {
  await tx.part.deleteMany({ where: { videoId } });
  await tx.$executeRaw`
    INSERT INTO parts (video_id, rendition, start_ms, end_ms, attempt_id, init_key, init_sha256, codecs, segments, is_complete, recipe, drawn)
    SELECT ${videoId}::uuid, rendition, start_ms, end_ms, attempt_id, init_key, init_sha256, codecs, segments, true, recipe, drawn
    FROM edition_parts WHERE edition_id = ${editionId}::uuid`;
  await tx.editionPart.deleteMany({ where: { editionId } });
}

/** Variants keep their ids, by which clients know them. */
async function replaceRenditions(tx: Tx, before: VideoRows, after: VideoRows): Promise<void> {
  const videoId = before.id;
  const names = after.variants.map(({ name }) => name);
  await tx.variant.deleteMany({ where: { videoId, name: { notIn: names } } });
  for (const { id, playlist, error, quality: _unmeasured, ...variant } of after.variants) {
    const data = {
      ...variant,
      playlist: playlist ?? Prisma.DbNull,
      error: error ?? Prisma.DbNull,
      quality: Prisma.DbNull,
    };
    const where = { videoId_name: { videoId, name: variant.name } };
    await tx.variant.upsert({ where, create: { ...data, id }, update: data });
  }
  await tx.audioTrack.deleteMany({ where: { videoId } });
  await tx.audioTrack.createMany({
    data: after.audioTracks.map((track) => ({ ...track, playlist: PublishedPlaylist.parse(track.playlist) })),
  });
}

async function replaceSource(
  tx: Tx,
  { id: videoId, source }: VideoRows,
  { filename, contentType, sizeBytes, objectKey, params }: Edition,
): Promise<void> {
  await tx.source.update({
    where: { videoId },
    data: {
      ...{ filename, contentType, sizeBytes, objectKey, hash: null },
      params: params as Prisma.InputJsonObject,
      probe: source?.probe ?? Prisma.DbNull,
    },
  });
  const used = materialIdsOf(params);
  await tx.videoMaterial.deleteMany({ where: { videoId, materialId: { notIn: used } } });
}

function materialIdsOf(params: unknown): string[] {
  const { materials = [], music, background } = Object(params) as Record<string, unknown>;
  const clip = background ? BackgroundClip.parse(background) : null;
  return [
    ...SourceMaterial.array().parse(materials),
    ...(music ? [SourceMaterial.parse(music)] : []),
    ...(clip?.origin === "MATERIAL" ? [clip] : []),
  ].map(({ materialId }) => materialId);
}

/** The renditions, and what is made with them. */
const replacedSubjects = ({ variants, audioTracks }: VideoRows): string[] => [
  ...[...variants, ...audioTracks].map(({ name }) => name),
  "storyboard",
];
