import { readFile, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { formatMediaPlaylist, type RenditionPart } from "@reelay/contracts";
import { readFragments, readTrackClock } from "@reelay/media-container";
import type { DirectoryStore } from "./directory-store.ts";
import { testTools } from "./kit.ts";
import { runTool } from "./run-tool.ts";

/**
 * Joins the parts of a rendition from several tasks into one playlist; returns its file's path. All must
 * share one initialization segment.
 */
export async function joinParts(
  store: DirectoryStore,
  parts: readonly RenditionPart[],
  name: string,
): Promise<string> {
  const made = parts.filter(({ segments }) => segments.length > 0);
  const hashes = new Set(made.map(({ initSha256 }) => initSha256));
  if (hashes.size !== 1) throw new Error(`${hashes.size} different initialisation segments in ${name}`);
  const segments = made.flatMap((part) =>
    part.segments.map(({ key, durationMs }) => ({ uri: store.path(key), durationMs })),
  );
  const text = formatMediaPlaylist(
    { segments, isComplete: true },
    { initUri: store.path(made[0]?.initKey ?? ""), segmentDurationMs: 4_000 },
  );
  const path = store.path(`${name}.m3u8`);
  await writeFile(path, text);
  return path;
}

/** Gaps between frames by decoding time: the time of each, in seconds, with a tolerance for rounding. */
export async function holes(path: string, leastSeconds = 0.003): Promise<number[]> {
  const lines = (await readFile(path, "utf8")).split("\n");
  const init = /URI="([^"]+)"/.exec(lines.find((line) => line.startsWith("#EXT-X-MAP")) ?? "")?.[1] ?? "";
  const { timeScale } = readTrackClock(await readFile(resolve(dirname(path), init))) ?? { timeScale: 1 };
  const found: number[] = [];
  let end: number | null = null;
  for (const uri of lines.filter((line) => line !== "" && !line.startsWith("#"))) {
    const fragments = readFragments(await readFile(resolve(dirname(path), uri)));
    if (fragments === null) throw new Error("a fragment without its boxes");
    for (const { decodedAt, samples } of fragments) {
      if (end !== null && Math.abs(decodedAt - end) > leastSeconds * timeScale) found.push(end / timeScale);
      end = samples.reduce((sum, { duration }) => sum + duration, decodedAt);
    }
  }
  return found;
}

/** Display times of all packets in a playlist's or file's first stream of a kind, in order, in seconds. */
export async function shownAt(path: string, kind: "v" | "a" = "v"): Promise<number[]> {
  const { ffprobe } = await testTools();
  const args = ["-v", "error", "-allowed_extensions", "ALL", "-select_streams", `${kind}:0`];
  const { stdout } = await runTool(
    ffprobe.path,
    [...args, "-show_entries", "packet=pts_time", "-of", "csv=p=0", path],
    { timeoutMs: 60_000 },
  );
  return stdout
    .split("\n")
    .filter((line) => /\d/.test(line))
    .map((line) => Number(line.replace(",", "")))
    .sort((a, b) => a - b);
}
