/** Which objects a finished video names, and where in its timeline each is played. */
import { posix } from "node:path";
import {
  objectKeys,
  PublishedPlaylist,
  RenditionPart,
  readMediaPlaylist,
  StoredFile,
  Storyboard,
} from "@reelay/contracts";
import type { Prisma } from "../../prisma/generated/client.ts";
import { joinParts } from "../streaming/index.ts";

/** A video with everything that names, or describes, its stored objects. */
export const inspectedRows = {
  variants: true,
  audioTracks: true,
  captionTracks: true,
  assets: true,
  parts: true,
  storedFolders: { where: { retiredAt: null } },
  damages: true,
} satisfies Prisma.VideoInclude;
export type InspectedVideo = Prisma.VideoGetPayload<{ include: typeof inspectedRows }>;

export interface ExpectedObject {
  key: string;
  /** Its variant or audio rendition, or `poster`, `storyboard`, `download`, `preview`, `captions`. */
  subject: string;
  isSegment: boolean;
  /** Milliseconds of the timeline; null for objects without a place there. */
  startMs: number | null;
  endMs: number | null;
}

export interface FinishedRendition {
  name: string;
  playlist: PublishedPlaylist;
  /** The API joined its playlist from parts; otherwise its worker wrote it. */
  isJoined: boolean;
}

/** Finished variants and audio renditions. Pure. */
export function finishedRenditions(
  video: Pick<InspectedVideo, "id" | "edition" | "variants" | "audioTracks">,
): FinishedRendition[] {
  const ready = video.variants.filter(({ status }) => status === "READY");
  return [...ready, ...video.audioTracks].flatMap(({ name, playlist: json }) => {
    const playlist = PublishedPlaylist.nullable().parse(json ?? null);
    if (!playlist?.isComplete) return [];
    const joinedKey = objectKeys.joinedPlaylist(video.id, name, video.edition);
    return [{ name, playlist, isJoined: playlist.key === joinedKey }];
  });
}

/** The playlist as the API wrote it, or would write it now. Pure. */
export function joinedText(
  video: Pick<InspectedVideo, "id" | "edition" | "parts">,
  { name, playlist }: FinishedRendition,
  segmentDurationMs: number,
): string | null {
  const parts = video.parts
    .filter(({ rendition }) => rendition === name)
    .map((part) => RenditionPart.parse(part));
  const { id: videoId, edition } = video;
  const rendition = { videoId, edition, name, segmentDurationMs, ceilingBps: playlist.bandwidthBps };
  return joinParts(parts, rendition)?.text ?? null;
}

/**
 * The objects of a media playlist: initialization segments with the span that needs them, then segments.
 * Pure.
 */
export function namedByPlaylist(text: string, key: string, subject: string): ExpectedObject[] {
  const toKey = (uri: string) => posix.join(posix.dirname(key), uri);
  const inits = new Map<string, ExpectedObject>();
  const segments: ExpectedObject[] = [];
  let at = 0;
  for (const { uri, durationMs, initUri } of readMediaPlaylist(text).segments) {
    const span = { startMs: Math.round(at), endMs: Math.round(at + durationMs) };
    segments.push({ key: toKey(uri), subject, isSegment: true, ...span });
    at += durationMs;
    if (initUri === null) continue;
    const init = inits.get(initUri);
    if (init) init.endMs = span.endMs;
    else inits.set(initUri, { key: toKey(initUri), subject, isSegment: true, ...span });
  }
  return [...inits.values(), ...segments];
}

/** All objects other than renditions. Pure. */
export function expectedAssets(video: InspectedVideo): ExpectedObject[] {
  const asset = (key: string, subject: string): ExpectedObject => ({
    key,
    subject,
    isSegment: false,
    ...{ startMs: null, endMs: null },
  });
  const storyboard = Storyboard.nullable().parse(video.storyboard ?? null);
  const sprites = storyboard
    ? knownKeys(video).filter((key) => posix.dirname(key) === posix.dirname(storyboard.vttKey))
    : [];
  return [
    ...video.assets.map(({ kind, key }) => asset(key, kind.toLowerCase())),
    ...new Set(storyboard ? [storyboard.vttKey, ...sprites] : []),
    ...video.captionTracks.map(({ key }) => asset(key, "captions")),
  ].map((entry) => (typeof entry === "string" ? asset(entry, "storyboard") : entry));
}

export interface Sum {
  sizeBytes: number;
  crc32c: string;
}

/** The known checksum of each object, by key. Pure. */
export function knownSums(video: Pick<InspectedVideo, "id" | "storedFolders">): Map<string, Sum> {
  const sums = new Map<string, Sum>();
  for (const { attemptId, folder, files } of video.storedFolders) {
    const prefix = objectKeys.attempt(video.id, attemptId) + (folder === "" ? "" : `${folder}/`);
    for (const [name, sizeBytes, crc32c] of StoredFile.array().parse(files))
      sums.set(prefix + name, { sizeBytes, crc32c });
  }
  return sums;
}

const knownKeys = (video: InspectedVideo): string[] => [...knownSums(video).keys()];
