/** Compares a video's stored objects with the expected ones. Read-only. */
import { createHash } from "node:crypto";
import { text as readText } from "node:stream/consumers";
import { objectKeys } from "@reelay/contracts";
import { crc32cOf, ObjectNotFoundError, type ObjectStore, type StoredObject } from "@reelay/object-store";
import { type DamageCode, damageCode } from "./damage-code.ts";
import {
  type ExpectedObject,
  expectedAssets,
  finishedRenditions,
  type InspectedVideo,
  joinedText,
  knownSums,
  namedByPlaylist,
  type Sum,
} from "./expected-objects.ts";

export interface Finding extends Omit<ExpectedObject, "isSegment"> {
  code: DamageCode;
}

export interface Inspection {
  findings: Finding[];
  /** Checksums of intact objects that had none, in videos older than checksums. */
  learned: { key: string; sum: Sum }[];
  /** Playlists that the API can write again itself. */
  rewritten: string[];
  objects: number;
  bytesRead: number;
}

interface Inspector {
  store: ObjectStore;
  /** Waits until so many more bytes may be read. */
  pace: (bytes: number) => Promise<void>;
  /** Read all bytes even if the store's own checksum vouches for them. */
  isDeep: boolean;
  signal: AbortSignal;
}

/** @param segmentDurationMs of the profile that the video was rendered by */
export async function inspectVideo(
  inspector: Inspector,
  video: InspectedVideo,
  segmentDurationMs: number,
): Promise<Inspection> {
  const found: Inspection = { findings: [], learned: [], rewritten: [], objects: 0, bytesRead: 0 };
  const sums = knownSums(video);
  const expected = await expectedObjects(inspector, { video, sums, segmentDurationMs, found });
  const listed = await listAttempts(inspector, video.id, expected);
  for (const object of expected) {
    inspector.signal.throwIfAborted();
    const stored = listed.get(object.key) ?? (await inspector.store.head(object.key));
    await inspectObject(inspector, { object, stored, known: sums.get(object.key), found });
  }
  await inspectCaptions(inspector, video, found);
  return found;
}

interface Work {
  video: InspectedVideo;
  sums: ReadonlyMap<string, Sum>;
  segmentDurationMs: number;
  found: Inspection;
}

/** The objects that playlists refer to; the playlists themselves are compared on the way. */
async function expectedObjects(
  { store }: Inspector,
  { video, sums, segmentDurationMs, found }: Work,
): Promise<ExpectedObject[]> {
  const expected: ExpectedObject[] = [];
  for (const rendition of finishedRenditions(video)) {
    const { name, playlist, isJoined } = rendition;
    const stored = await readOrNull(store, playlist.key);
    const made = isJoined ? joinedText(video, rendition, segmentDurationMs) : stored;
    if (isJoined && made !== null && stored !== made) {
      await store.put(playlist.key, made, {
        contentType: "application/vnd.apple.mpegurl",
      });
      found.rewritten.push(playlist.key);
    }
    const named = made === null ? [] : namedByPlaylist(made, playlist.key, name);
    const sum = sums.get(playlist.key);
    const isIntact =
      made !== null &&
      (isJoined || (sum ? (await crc32cOf(made)) === sum.crc32c : isAsPublished(made, playlist.segments)));
    found.objects += 1;
    if (isIntact) expected.push(...named);
    else {
      const span = { startMs: 0, endMs: video.durationMs };
      const code = damageCode(true, stored === null);
      found.findings.push({ key: playlist.key, subject: name, ...span, code });
    }
  }
  // Captions are compared by their own hash.
  return [...expected, ...expectedAssets(video).filter(({ subject }) => subject !== "captions")];
}

/** Without a checksum, compares the number of segments with the video's row. */
const isAsPublished = (text: string, segments: number): boolean =>
  text.includes("#EXT-X-ENDLIST") && namedByPlaylist(text, "x/index.m3u8", "").length > segments;

async function listAttempts(
  { store }: Inspector,
  videoId: string,
  expected: readonly ExpectedObject[],
): Promise<Map<string, StoredObject>> {
  const attempts = `${objectKeys.video(videoId)}attempts/`;
  const prefixes = new Set(
    expected.flatMap(({ key }) =>
      key.startsWith(attempts) ? [`${key.split("/").slice(0, 4).join("/")}/`] : [],
    ),
  );
  const listed = new Map<string, StoredObject>();
  for (const prefix of prefixes) {
    for await (const object of store.list(prefix)) listed.set(object.key, object);
  }
  return listed;
}

async function inspectObject(
  inspector: Inspector,
  look: {
    object: ExpectedObject;
    stored: StoredObject | null;
    known: Sum | undefined;
    found: Inspection;
  },
): Promise<void> {
  const { object, stored, known, found } = look;
  const { isSegment, ...finding } = object;
  const damaged = (isMissing: boolean) =>
    found.findings.push({ ...finding, code: damageCode(isSegment, isMissing) });
  found.objects += 1;
  if (stored === null) return void damaged(true);
  if (known && known.sizeBytes !== stored.sizeBytes) return void damaged(false);
  const sum = await sumOf(inspector, stored, found);
  if (sum === null) return void damaged(true);
  if (known) return known.crc32c === sum ? undefined : void damaged(false);
  found.learned.push({ key: object.key, sum: { sizeBytes: stored.sizeBytes, crc32c: sum } });
}

/**
 * The store's own checksum if it keeps one; otherwise the bytes are read. Null if the object no longer
 * exists.
 */
async function sumOf(
  { store, pace, isDeep, signal }: Inspector,
  stored: StoredObject,
  found: Inspection,
): Promise<string | null> {
  if (stored.crc32c !== null && !isDeep) return stored.crc32c;
  await pace(stored.sizeBytes);
  try {
    const { body } = await store.read(stored.key, { signal });
    const sum = await crc32cOf(body, signal);
    found.bytesRead += stored.sizeBytes;
    return sum;
  } catch (error) {
    if (error instanceof ObjectNotFoundError) return null;
    throw error;
  }
}

async function inspectCaptions(
  { store }: Inspector,
  { captionTracks }: InspectedVideo,
  found: Inspection,
): Promise<void> {
  for (const { key, hash } of captionTracks) {
    const text = await readOrNull(store, key);
    found.objects += 1;
    if (text !== null && createHash("sha256").update(text).digest("hex") === hash.replace("sha256:", ""))
      continue;
    const nowhere = { startMs: null, endMs: null };
    found.findings.push({ key, subject: "captions", ...nowhere, code: damageCode(false, text === null) });
  }
}

async function readOrNull(store: ObjectStore, key: string): Promise<string | null> {
  try {
    return await readText((await store.read(key)).body);
  } catch (error) {
    if (error instanceof ObjectNotFoundError) return null;
    throw error;
  }
}
