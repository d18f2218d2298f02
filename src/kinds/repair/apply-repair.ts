/** Applies a repair worker's reports: the video switches to the new output or stays unchanged. */
import { isDeepStrictEqual } from "node:util";
import {
  activeJobStatuses,
  audioTracksOf,
  PartSegment,
  Profile,
  PublishedPlaylist,
  type RenderState,
  RenditionPart,
} from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import { Prisma } from "../../../prisma/generated/client.ts";
import { type InspectedVideo, inspectedRows, removeDamages } from "../../damage/index.ts";
import type { Tx } from "../../events/index.ts";
import { applyUnfinished, completeTask, type HeldReport, retireOutput, settleJob } from "../../jobs/index.ts";
import { joinParts, refreshManifest } from "../../streaming/index.ts";

/**
 * Applies only complete output, at the end of an attempt. The transaction that refers to the new output also
 * publishes it, under the video's lock: a player that loads a playlist gets the old one or the new one.
 * Replaced output stays in the store for a day, for players that loaded the old playlist.
 */
export async function applyRepair({
  tx,
  store,
  attempt,
  report,
  now,
}: HeldReport): Promise<"applied" | "unwanted"> {
  const { task } = attempt;
  const { job } = task;
  if (report.type !== "task.completed.v1") return await applyUnfinished(tx, attempt, report, now);
  await completeTask(tx, attempt, now);
  const video = await tx.video.findUniqueOrThrow({ where: { id: job.videoId }, include: inspectedRows });
  const segmentDurationMs = Profile.parse(job.profile).segmentDurationMs;
  const made = { attemptId: attempt.id, state: report.result as RenderState };
  const replacing = { video, repairs: job.repairs, made };
  const replaced = [
    ...(await replaceRenditions(tx, { ...replacing, now })),
    ...(await replaceParts(tx, store, { ...replacing, segmentDurationMs })),
    ...(await replaceStoryboard(tx, replacing)),
  ];
  await retireOutput(tx, video.id, replaced, now);
  const open = await tx.task.count({ where: { jobId: job.id, status: { in: [...activeJobStatuses] } } });
  if (open === 0) {
    await settleJob(tx, job, { status: "SUCCEEDED", error: null }, now);
    await removeMended(tx, video.id, job);
  }
  await refreshManifest(tx, store, video.id);
  return "applied";
}

interface Replacing {
  video: InspectedVideo;
  repairs: readonly string[];
  made: { attemptId: string; state: RenderState };
}

/** Switches renditions that one worker made completely. Resolves to the replaced playlists. */
async function replaceRenditions(
  tx: Tx,
  { video, repairs, made, now }: Replacing & { now: Date },
): Promise<string[]> {
  const { attemptId, state } = made;
  const replaced: string[] = [];
  const keyOf = (json: unknown) => PublishedPlaylist.nullable().parse(json ?? null)?.key;
  for (const reported of state.variants) {
    const row = video.variants.find(({ name }) => name === reported.name);
    const { playlist } = reported;
    if (!row || row.status !== "READY" || !repairs.includes(reported.name)) continue;
    if (reported.status !== "READY" || !playlist?.isComplete || keyOf(row.playlist) === playlist.key)
      continue;
    replaced.push(keyOf(row.playlist) ?? "");
    await tx.variant.update({
      where: { id: row.id },
      data: {
        playlist,
        attemptId,
        readyAt: now,
        sizeBytes: BigInt(playlist.sizeBytes),
        // The old measurement belonged to the replaced output.
        quality: Prisma.DbNull,
      },
    });
    await removeParts(tx, video, reported.name);
  }
  for (const { name, playlist } of audioTracksOf(state)) {
    const row = video.audioTracks.find((track) => track.name === name);
    if (!row || !repairs.includes(name) || !playlist?.isComplete || keyOf(row.playlist) === playlist.key)
      continue;
    replaced.push(keyOf(row.playlist) ?? "");
    const where = { videoId_name: { videoId: video.id, name } };
    await tx.audioTrack.update({ where, data: { playlist, attemptId } });
    await removeParts(tx, video, name);
  }
  return replaced;
}

/** Removes the parts of a rendition that is now whole. */
const removeParts = (tx: Tx, { id: videoId }: InspectedVideo, rendition: string) =>
  tx.part.deleteMany({ where: { videoId, rendition } });

/**
 * Switches damaged parts of long videos and the playlists over them. Resolves to the initialization segments
 * of the replaced ones.
 */
async function replaceParts(
  tx: Tx,
  store: ObjectStore,
  {
    video,
    repairs,
    made: { attemptId, state },
    segmentDurationMs,
  }: Replacing & { segmentDurationMs: number },
): Promise<string[]> {
  const damaged = new Set(video.damages.map(({ key }) => key));
  const replaced: string[] = [];
  const changed = new Set<string>();
  for (const made of state.parts ?? []) {
    if (!made.isComplete || !repairs.includes(made.rendition)) continue;
    const row = video.parts.find(
      ({ rendition, startMs }) => rendition === made.rendition && startMs === made.startMs,
    );
    if (row === undefined || row.endMs !== made.endMs) continue;
    const segments = PartSegment.array().parse(row.segments);
    if (!damaged.has(row.initKey) && segments.every(({ key }) => !damaged.has(key))) continue;
    const { rendition, startMs, drawn, recipe = null, ...data } = made;
    const where = { videoId_rendition_startMs: { videoId: video.id, rendition, startMs } };
    await tx.part.update({
      where,
      data: { ...data, recipe, drawn: drawn ?? Prisma.DbNull, attemptId },
    });
    replaced.push(row.initKey);
    changed.add(rendition);
  }
  for (const rendition of changed) await rejoin(tx, store, { video, rendition, segmentDurationMs });
  return replaced;
}

async function rejoin(
  tx: Tx,
  store: ObjectStore,
  {
    video,
    rendition,
    segmentDurationMs,
  }: { video: InspectedVideo; rendition: string; segmentDurationMs: number },
): Promise<void> {
  const videoId = video.id;
  const rows = await tx.part.findMany({ where: { videoId, rendition } });
  const parts = rows.map((row) => RenditionPart.parse(row));
  const joined = joinParts(parts, {
    ...{ videoId, edition: video.edition, name: rendition, segmentDurationMs },
    ceilingBps: 0,
  });
  // Incomplete output keeps the current playlist.
  if (!joined?.published.isComplete) return;
  const playlist = joined.published;
  await store.put(playlist.key, joined.text, {
    contentType: "application/vnd.apple.mpegurl",
  });
  const row = video.variants.find(({ name }) => name === rendition);
  if (row) {
    const data = { playlist, sizeBytes: BigInt(playlist.sizeBytes) };
    await tx.variant.update({ where: { id: row.id }, data });
  } else {
    await tx.audioTrack.update({ where: { videoId_name: { videoId, name: rendition } }, data: { playlist } });
  }
}

async function replaceStoryboard(tx: Tx, { video, repairs, made }: Replacing): Promise<string[]> {
  const { storyboard } = made.state;
  if (!storyboard || !repairs.includes("storyboard")) return [];
  if (isDeepStrictEqual(storyboard, video.storyboard)) return [];
  await tx.video.update({ where: { id: video.id }, data: { storyboard } });
  return [(video.storyboard as { vttKey: string }).vttKey];
}

/** Removes damages of objects that the video no longer uses. Others stay: the repair did not reach them. */
async function removeMended(
  tx: Tx,
  videoId: string,
  job: { id: string; repairs: readonly string[] },
): Promise<void> {
  const video = await tx.video.findUniqueOrThrow({ where: { id: videoId }, include: inspectedRows });
  const mended = video.damages.filter(
    ({ subject, key }) => job.repairs.includes(subject) && !isNamed(video, subject, key),
  );
  await removeDamages(tx, video, mended, job.id);
}

function isNamed(video: InspectedVideo, subject: string, key: string): boolean {
  const parts = video.parts.filter(({ rendition }) => rendition === subject);
  if (parts.some((part) => part.initKey === key || JSON.stringify(part.segments).includes(`"${key}"`)))
    return true;
  const rendition = [...video.variants, ...video.audioTracks].find(({ name }) => name === subject);
  const named = rendition
    ? PublishedPlaylist.nullable().parse(rendition.playlist ?? null)?.key
    : (video.storyboard as { vttKey: string } | null)?.vttKey;
  return named !== undefined && folderOf(named) === folderOf(key);
}

const folderOf = (key: string): string => key.slice(0, key.lastIndexOf("/"));
