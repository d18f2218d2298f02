import { readFile, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { formatMediaPlaylist, type RenditionPart } from "@reelay/contracts";
import { findBox, walkBoxes } from "../media/hls/boxes.ts";
import { readTrackClock } from "../media/hls/segment-timing.ts";
import type { DirectoryStore } from "./directory-store.ts";
import { testTools } from "./kit.ts";
import { runTool } from "./run-tool.ts";

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

/** Where a picture ends and the next does not begin, by the clock of decoding: the seconds of each such place. Clocks are rounded. */
export async function holes(path: string, leastSeconds = 0.003): Promise<number[]> {
  const lines = (await readFile(path, "utf8")).split("\n");
  const init = /URI="([^"]+)"/.exec(lines.find((line) => line.startsWith("#EXT-X-MAP")) ?? "")?.[1] ?? "";
  const { timeScale } = readTrackClock(await readFile(resolve(dirname(path), init))) ?? { timeScale: 1 };
  const found: number[] = [];
  let end: number | null = null;
  for (const uri of lines.filter((line) => line !== "" && !line.startsWith("#"))) {
    for (const { begin, ticks } of readFragments(await readFile(resolve(dirname(path), uri)))) {
      if (end !== null && Math.abs(begin - end) > leastSeconds * timeScale) found.push(end / timeScale);
      end = begin + ticks;
    }
  }
  return found;
}

/** When the fragments of a segment are decoded, and for how long (ISO 14496-12, 8.8). */
function readFragments(segment: Buffer): { begin: number; ticks: number }[] {
  const moofs = [...walkBoxes(segment)].filter(({ type }) => type === "moof");
  return moofs.map(({ body }) => {
    const traf = findBox(body, ["traf"]);
    const [tfhd, tfdt, trun] = ["tfhd", "tfdt", "trun"].map((type) => traf && findBox(traf, [type]));
    if (!tfhd || !tfdt || !trun) throw new Error("a fragment without its boxes");
    const given = tfhd.readUIntBE(1, 3);
    const byDefault =
      given & 0x08 ? tfhd.readUInt32BE(8 + (given & 0x01 ? 8 : 0) + (given & 0x02 ? 4 : 0)) : 0;
    const flags = trun.readUIntBE(1, 3);
    const size = 4 * [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length;
    const first = 8 + (flags & 0x01 ? 4 : 0) + (flags & 0x04 ? 4 : 0);
    const count = trun.readUInt32BE(4);
    const ticks = Array.from({ length: count }, (_, index) =>
      flags & 0x100 ? trun.readUInt32BE(first + index * size) : byDefault,
    ).reduce((sum, duration) => sum + duration, 0);
    const begin = tfdt[0] === 1 ? Number(tfdt.readBigInt64BE(4)) : tfdt.readUInt32BE(4);
    return { begin, ticks };
  });
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
