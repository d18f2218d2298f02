import { writeFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { readMediaPlaylist } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import { readMade } from "../../store/index.ts";

/** A segment of a finished rendition, with its initialization segment. */
export interface StoredSegment {
  key: string;
  initKey: string;
  startMs: number;
  durationMs: number;
}

/**
 * The segments of one of our media playlists. Each part of a long video may have its own initialization
 * segment. Pure.
 */
export function parseSegments(text: string, key: string): StoredSegment[] {
  const toKey = (uri: string) => posix.join(posix.dirname(key), uri);
  let startMs = 0;
  return readMediaPlaylist(text).segments.map(({ uri, durationMs, initUri }) => {
    const segment = { key: toKey(uri), initKey: initUri === null ? "" : toKey(initUri), startMs, durationMs };
    startMs += durationMs;
    return segment;
  });
}

/** The segments of a playlist in the store. */
export async function readSegments(
  store: ObjectStore,
  key: string,
  signal: AbortSignal,
): Promise<StoredSegment[]> {
  return parseSegments((await readMade(store, key, { signal })).toString(), key);
}

/** Writes a segment to a file that ffmpeg can read on its own. */
export async function bringSegment(
  store: ObjectStore,
  { key, initKey }: StoredSegment,
  { directory, file }: { directory: string; file: string },
  signal: AbortSignal,
): Promise<string> {
  const path = join(directory, file);
  const pieces = [await readMade(store, initKey, { signal }), await readMade(store, key, { signal })];
  await writeFile(path, Buffer.concat(pieces));
  return path;
}
