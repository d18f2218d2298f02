import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readPieceStartMs } from "@reelay/media-container";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeFolder } from "../../host/work-directory/make-folder.ts";
import { planRender } from "../../kinds/render/plan/plan-render.ts";
import { defaultProfile, fullTools, makeClip, temporaryDirectory, testPrograms } from "../../testing/kit.ts";
import { type Turn, turnMovie } from "../../testing/mp4-bytes.ts";
import type { FfmpegTools } from "../ffmpeg/tools.ts";
import { words } from "../ffmpeg/words.ts";
import { parseMediaPlaylist } from "../hls/media-playlist.ts";
import { planLadder } from "../ladder/plan-ladder.ts";
import { probeSource } from "../probe/probe-source.ts";
import { createFileReader } from "../source/file-reader.ts";
import { comparePieces, metricOf } from "./compare-pieces.ts";

/** So fast that an offset of one frame shows in every score. */
const moving = "testsrc2=s=320x180:r=30:d=5,scroll=h=0.03:v=0.02";
const limits = { sourceBytes: 1e9, sourceDurationMs: 36e5, sourcePixels: 34e6 };
const signal = new AbortController().signal;

/** By SSIM and by VMAF, where both are installed. */
const builds = await fullTools();

let clips: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeAll(async () => {
  clips = await temporaryDirectory();
});

afterAll(async () => {
  await clips[Symbol.asyncDispose]();
});

const sources: Record<string, { file: string; args: string; turn?: Turn }> = {
  "a constant rate": { file: "plain.mp4", args: `-f lavfi -i ${moving} -g 50` },
  "29.97 pictures a second, long groups with B-frames": {
    file: "ntsc.mp4",
    args: `-f lavfi -i ${moving.replace("r=30", "r=30000/1001")} -bf 3 -g 250`,
  },
  "a variable rate": {
    file: "variable.mkv",
    args: `-f lavfi -i ${moving},select=not(eq(mod(n\\,7)\\,3)) -fps_mode passthrough -g 60`,
  },
  "a variable rate that is thinned out": {
    file: "variable-fast.mkv",
    args: `-f lavfi -i ${moving.replace("r=30", "r=60")},select=not(eq(mod(n\\,7)\\,3)) -fps_mode passthrough -g 60`,
  },
  "a transport stream that does not begin at 0": {
    file: "late.ts",
    args: `-f lavfi -i ${moving} -g 40 -output_ts_offset 20`,
  },
  "a transport stream whose audio begins first": {
    file: "audio-first.ts",
    args: `-f lavfi -i sine=d=6 -itsoffset 0.4 -f lavfi -i ${moving} -map 1:v -map 0:a -c:a aac -g 40`,
  },
  "audio that begins before the picture": {
    file: "audio-first.mkv",
    args: `-f lavfi -i sine=d=5 -itsoffset 0.4 -f lavfi -i ${moving} -map 1:v -map 0:a -c:a aac -g 60`,
  },
  "more pictures a second than are made": {
    file: "fast.mp4",
    args: `-f lavfi -i ${moving.replace("r=30", "r=120").replace("d=5", "d=4")} -g 120`,
  },
  "a picture that is turned": {
    file: "turned.mp4",
    args: `-f lavfi -i ${moving} -g 60`,
    turn: "right",
  },
};

describe.each(builds.map((tools) => ({ name: `ffmpeg ${tools.ffmpeg.version}`, tools })))(
  "$name",
  ({ tools }) => {
    test.each(Object.keys(sources))("the comparison uses the same frames: %s", async (what) => {
      const { file, args, turn } = sources[what] ?? { file: "", args: "" };
      const clip = await makeClip(join(clips.path, file), [
        ...args.split(" "),
        ...words("-c:v libx264 -preset ultrafast -qp 12 -pix_fmt yuv420p"),
      ]);
      if (turn) await turnMovie(clip, turn);
      await using made = await render(tools, clip);
      const scores = await made.compare(0);
      const shifted = await made.compare(1);
      expect(scores.length).toBeGreaterThanOrEqual(6);
      // With VMAF a wrong neighbour scores 0 to 60, with SSIM below 0.8.
      const good = metricOf(tools) === "VMAF" ? 75 : 0.93;
      expect(Math.min(...scores)).toBeGreaterThan(good);
      // At a variable rate, a frame may match itself by chance.
      expect(Math.min(...shifted)).toBeLessThan(good);
    });
  },
);

/**
 * Renders a clip like the worker, and compares the frames of its last whole segment with the source, as it is
 * or shifted by some frames.
 */
async function render(tools: FfmpegTools, clip: string) {
  const folder = await temporaryDirectory();
  const { size: sizeBytes } = await stat(clip);
  const programs = await testPrograms({ readable: [clip], writable: [folder.path] }, tools);
  const source = await probeSource(
    { input: `file:${clip}`, sizeBytes, reader: createFileReader(clip, sizeBytes) },
    { ffprobe: programs.ffprobe, limits, signal },
  );
  // At a quality where any difference is an offset.
  const planned = planLadder(defaultProfile, source.probe).rungs.at(-1);
  if (!planned) throw new Error("no rung");
  const rung = { ...planned, bitrateBps: 4_000_000 };
  const rungs = [rung];
  for (const name of [rung.name, "audio"]) await makeFolder(join(folder.path, name));
  const plan = planRender({
    source,
    rungs,
    audioTracks: source.audioTracks,
    profile: { ...defaultProfile, segmentDurationMs: 2_000 },
    filters: tools.filters,
    directory: folder.path,
    limits,
  });
  const result = await programs.render(plan, { signal, stallTimeoutMs: 60_000 });
  if (result.exitCode !== 0) throw new Error(result.stderr);
  const { segments } = parseMediaPlaylist(await readFile(join(folder.path, rung.name, "index.m3u8"), "utf8"));
  const second = segments[1];
  if (!second) throw new Error("no second segment");
  const parts = ["init.mp4", second.uri].map((name) => readFile(join(folder.path, rung.name, name)));
  const piece = Buffer.concat(await Promise.all(parts));
  await writeFile(join(folder.path, "piece.mp4"), piece);
  const startMs = readPieceStartMs(piece) ?? Number.NaN;
  return {
    async compare(shift: number): Promise<number[]> {
      const scores = await comparePieces(
        programs.ffmpeg,
        folder.path,
        {
          source,
          pieces: [{ name: rung.name, file: "piece.mp4", frameRate: rung.frameRate }],
          pieceStartMs: startMs + (shift * 1000) / (rung.frameRate ?? 30),
          fromMs: startMs + 700,
          frames: 8,
          metric: metricOf(tools),
          filters: tools.filters,
          limits,
          entry: { seekMs: 1_000 },
        },
        { signal, isAwaited: true },
      );
      return scores.get(rung.name) ?? [];
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
