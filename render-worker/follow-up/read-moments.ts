import { writeFile } from "node:fs/promises";
import { join, posix } from "node:path";
import type { ObjectStore } from "@reelay/object-store";
import { readObject } from "../hls/read-object.ts";

/** A segment of a finished rendition, with what is needed to decode it. */
export interface StoredSegment {
  key: string;
  initKey: string;
  startMs: number;
  durationMs: number;
}

/** What a media playlist of ours names; each part of a long video may have an initialisation segment of its own. Pure. */
export function parseSegments(text: string, key: string): StoredSegment[] {
  const toKey = (uri: string) => posix.join(posix.dirname(key), uri);
  const segments: StoredSegment[] = [];
  let initKey = "";
  let startMs = 0;
  let durationMs: number | null = null;
  for (const line of text.split("\n")) {
    const map = /^#EXT-X-MAP:URI="([^"]+)"/.exec(line)?.[1];
    const seconds = /^#EXTINF:([\d.]+)/.exec(line)?.[1];
    if (map !== undefined) initKey = toKey(map);
    else if (seconds !== undefined) durationMs = Number(seconds) * 1000;
    else if (line && !line.startsWith("#") && durationMs !== null) {
      segments.push({ key: toKey(line), initKey, startMs, durationMs });
      startMs += durationMs;
      durationMs = null;
    }
  }
  return segments;
}

/** Those of a playlist in the store. */
export async function readSegments(
  store: ObjectStore,
  key: string,
  signal: AbortSignal,
): Promise<StoredSegment[]> {
  return parseSegments((await readObject(store, key, { signal })).toString(), key);
}

/** Writes a segment to a file that ffmpeg reads by itself. */
export async function bringSegment(
  store: ObjectStore,
  { key, initKey }: StoredSegment,
  { directory, file }: { directory: string; file: string },
  signal: AbortSignal,
): Promise<string> {
  const path = join(directory, file);
  const pieces = [await readObject(store, initKey, { signal }), await readObject(store, key, { signal })];
  await writeFile(path, Buffer.concat(pieces));
  return path;
}
