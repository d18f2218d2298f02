import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { testTools } from "./kit.ts";
import { runTool } from "./run-tool.ts";

/** An independent reader's findings in a published playlist or a source. */
export interface Inspection {
  width: number | null;
  height: number | null;
  pixelAspect: string | null;
  startTime: number;
  frames: number;
}

async function probe(args: string[]): Promise<string> {
  const { ffprobe } = await testTools();
  const result = await runTool(ffprobe.path, ["-v", "error", ...args], { timeoutMs: 60_000 });
  if (result.code !== 0) throw new Error(`ffprobe ${args.join(" ")}: ${result.stderr}`);
  return result.stdout;
}

/** Decodes the first stream of a kind and counts the output. */
export async function inspect(path: string, kind: "v" | "a" = "v"): Promise<Inspection> {
  const entries = "stream=width,height,sample_aspect_ratio,start_time,nb_read_frames";
  const json = await probe([
    "-count_frames",
    "-select_streams",
    `${kind}:0`,
    "-show_entries",
    entries,
    "-of",
    "json",
    path,
  ]);
  const stream = (JSON.parse(json) as { streams: Record<string, string | number | undefined>[] }).streams[0];
  if (!stream) throw new Error(`${path} has no ${kind} stream`);
  return {
    width: typeof stream["width"] === "number" ? stream["width"] : null,
    height: typeof stream["height"] === "number" ? stream["height"] : null,
    pixelAspect: stream["sample_aspect_ratio"] === undefined ? null : String(stream["sample_aspect_ratio"]),
    startTime: Number(stream["start_time"]),
    frames: Number(stream["nb_read_frames"]),
  };
}

/** ffmpeg's errors while decoding a playlist from beginning to end. */
export async function complaints(path: string, maps: readonly string[] = []): Promise<string> {
  const { ffmpeg } = await testTools();
  const chosen = maps.flatMap((streams) => ["-map", streams]);
  const args = [
    "-hide_banner",
    "-nostdin",
    "-v",
    "warning",
    "-xerror",
    "-i",
    path,
    ...chosen,
    "-f",
    "null",
    "-",
  ];
  const { code, stderr } = await runTool(ffmpeg.path, args, { timeoutMs: 60_000 });
  if (code !== 0 && stderr.trim() === "") throw new Error(`ffmpeg ended with ${code} and said nothing`);
  return stderr.trim();
}

/**
 * Types of the first coded frame in each H.264 segment of a playlist: 5 is an IDR, at which players can
 * start.
 */
export async function firstPictures(playlist: string): Promise<(number | null)[]> {
  const names = (await readFile(playlist, "utf8"))
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  return await Promise.all(
    names.map(async (name) => firstPicture(await readFile(join(dirname(playlist), name)))),
  );
}

/** Units follow one another in the media data, each after its length (ISO 14496-15). */
function firstPicture(segment: Buffer): number | null {
  const data = segment.indexOf("mdat", 0, "latin1");
  if (data === -1) return null;
  for (let at = data + 4; at + 4 < segment.length; at += 4 + segment.readUInt32BE(at)) {
    const type = segment.readUInt8(at + 4) & 0x1f;
    if (type === 1 || type === 5) return type;
  }
  return null;
}

/** Seconds of silence at the start of a rendition. */
export async function leadingSilence(path: string): Promise<number> {
  const { ffmpeg } = await testTools();
  const args = [
    "-nostdin",
    "-v",
    "info",
    "-i",
    path,
    "-af",
    "silencedetect=n=-40dB:d=0.05",
    "-f",
    "null",
    "-",
  ];
  const { stderr } = await runTool(ffmpeg.path, args, { timeoutMs: 60_000 });
  const start = /silence_start: ([\d.]+)/.exec(stderr)?.[1];
  const end = /silence_end: ([\d.]+)/.exec(stderr)?.[1];
  return Number(start) < 0.05 ? Number(end) : 0;
}

/** The decoded audio of a rendition: samples per channel, and a hash of all. */
export async function decodedAudio(path: string): Promise<{ samples: number; sha256: string }> {
  const { ffmpeg } = await testTools();
  const args = ["-nostdin", "-v", "error", "-i", path, "-f", "s16le", "pipe:1"];
  const { stdout } = await runTool(ffmpeg.path, args, { timeoutMs: 60_000, encoding: "latin1" });
  const bytes = Buffer.from(stdout, "latin1");
  return { samples: bytes.length / 4, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** Display times of a rendition's key frames, in seconds. */
export async function keyFrameTimes(path: string): Promise<number[]> {
  const entries = "packet=pts_time,flags";
  const csv = await probe(["-select_streams", "v:0", "-show_entries", entries, "-of", "csv=p=0", path]);
  return csv
    .split("\n")
    .filter((line) => line.includes("K"))
    .map((line) => Number(line.split(",")[0]));
}

/** ffprobe's name of the codec of a rendition's first video stream. */
export async function codecName(path: string): Promise<string> {
  const args = ["-select_streams", "v:0", "-show_entries", "stream=codec_name", "-of", "csv=p=0", path];
  return (await probe(args)).trim().split("\n")[0] ?? "";
}
