import { posix } from "node:path";
import {
  languageTag,
  objectKeys,
  Profile,
  PublishedPlaylist,
  readMediaPlaylist as readNamed,
} from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import type { CaptionTrack, Prisma } from "../../prisma/generated/client.ts";
import { assetColumns, isVideoJob } from "../database/index.ts";
import type { Tx } from "../events/index.ts";
import { inOrder } from "./audio-tracks.ts";
import { nameCaptions } from "./caption-entries.ts";
import { type DashRendition, type DashRole, type DashText, planMpd } from "./plan-mpd.ts";
import { readText } from "./read-text.ts";

export const publicRows = {
  variants: true,
  audioTracks: true,
  captionTracks: true,
  assets: assetColumns,
} as const;

/** The rows that playlists, manifests and status.json are written from. */
export type PublicRows = Prisma.VideoGetPayload<{ include: typeof publicRows }>;

/**
 * Writes the DASH manifest of a video that is READY, from the playlists that its variants and its audio have
 * then, and takes it away from one that is not. In the transaction that settled the video and under its lock,
 * like the master playlist. Returns what it changed of the video's row.
 */
export async function refreshDash(
  tx: Tx,
  store: ObjectStore,
  video: PublicRows,
): Promise<Partial<Pick<PublicRows, "hasDash" | "updatedAt">>> {
  const mpd = video.status === "READY" ? await readMpd(tx, store, video) : null;
  const key = objectKeys.dash(video.id);
  if (mpd !== null) await store.put(key, mpd, { contentType: "application/dash+xml" });
  else if (video.hasDash) await store.delete(key);
  const hasDash = mpd !== null;
  if (hasDash === video.hasDash) return {};
  const select = { hasDash: true, updatedAt: true } as const;
  return await tx.video.update({ where: { id: video.id }, data: { hasDash }, select });
}

async function readMpd(tx: Tx, store: ObjectStore, video: PublicRows): Promise<string | null> {
  const job = await tx.job.findFirst({
    where: { videoId: video.id, ...isVideoJob },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    select: { profile: true },
  });
  const profile = Profile.safeParse(job?.profile).data;
  if (!profile || profile.dash === false) return null;
  const variants = video.variants.toSorted((a, b) => a.position - b.position);
  const audioTracks = inOrder(video.audioTracks);
  const told: Omit<DashRendition, "codecs" | "bandwidthBps" | "initUri" | "segments">[] = [
    ...variants.map(({ name, width, height, frameRate }) => ({
      name,
      kind: "video" as const,
      width,
      height,
      frameRate,
    })),
    ...audioTracks.map(({ name, label, role, channels, language }, position) => ({
      name,
      kind: "audio" as const,
      channels,
      language: languageTag(language),
      role: toRole(role, position),
      ...(audioTracks.length > 1 && { label }),
    })),
  ];
  const playlists = [...variants, ...audioTracks].map(({ playlist }) => playlist);
  const renditions = await Promise.all(
    told.map(async (rendition, index) => {
      const stored = await readStored(store, video.id, playlists[index]);
      return stored === null ? null : Object.assign(rendition, stored);
    }),
  );
  return planMpd(
    renditions.filter((rendition) => rendition !== null),
    profile.segmentDurationMs,
    nameCaptions(video.captionTracks).map((track) => toText(video.id, track)),
  );
}

const toText = (
  videoId: string,
  { name, language, kind, key, sizeBytes }: ReturnType<typeof nameCaptions<CaptionTrack>>[number],
): DashText => ({
  ...{ name, language, sizeBytes },
  role: kind === "CAPTIONS" ? "caption" : "subtitle",
  uri: posix.relative(posix.dirname(objectKeys.dash(videoId)), key),
});

/** By the scheme of ISO 23009-1, 5.8.5.5. */
function toRole(role: string | null, position: number): DashRole {
  if (role === "COMMENTARY") return "commentary";
  if (role === "DESCRIPTION") return "description";
  return position === 0 ? "main" : "alternate";
}

/** Null for what is not finished, and for what one list cannot say. */
async function readStored(store: ObjectStore, videoId: string, json: unknown) {
  const playlist = PublishedPlaylist.nullable().parse(json ?? null);
  if (!playlist?.isComplete) return null;
  const written = await readText(store, playlist.key);
  const media = written === null ? null : readMediaPlaylist(written);
  if (media === null) return null;
  const manifest = posix.dirname(objectKeys.dash(videoId));
  const toUri = (uri: string) => posix.relative(manifest, posix.join(posix.dirname(playlist.key), uri));
  const { codecs, bandwidthBps } = playlist;
  const segments = media.segments.map(({ uri, durationMs }) => ({ uri: toUri(uri), durationMs }));
  return { codecs, bandwidthBps, initUri: toUri(media.initUri), segments };
}

/**
 * What a finished media playlist of ours names, addresses as they stand in it. Null where its segments need
 * several initialisation segments. Pure.
 */
export function readMediaPlaylist(
  text: string,
): { initUri: string; segments: { uri: string; durationMs: number }[] } | null {
  const { initUris, segments } = readNamed(text);
  const [initUri] = initUris;
  if (initUri === undefined || initUris.length > 1) return null;
  return { initUri, segments: segments.map(({ uri, durationMs }) => ({ uri, durationMs })) };
}
