import { writeFile } from "node:fs/promises";
import { formatMediaPlaylist, type RenditionPart } from "@reelay/contracts";
import { runTool } from "../ffmpeg/run-tool.ts";
import type { DirectoryStore } from "./directory-store.ts";
import { testTools } from "./kit.ts";

/** One playlist of the parts that several tasks made of a rendition, in order; the path of its file in the store. All must share one initialisation segment. */
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

/** Times of showing of all packets of a playlist's or file's first stream of a kind, in seconds, in order. */
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
