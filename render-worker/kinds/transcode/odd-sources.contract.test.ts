/**
 * What people really have becomes streams with every picture, at its time, in its place, with the sound beside it: by every release of ffmpeg that
 * is supported. Some 50 files of a second or two, small, with a flash and a beep together.
 */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Profile, PublishedPlaylist } from "@reelay/contracts";
import HLS from "hls-parser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FfmpegTools } from "../../media/ffmpeg/tools.ts";
import { findTools } from "../../media/tools/find-tools.ts";
import { testEnv } from "../../testing/env.ts";
import { examinePictures, examineSound, firstPictures } from "../../testing/examine.ts";
import {
  defaultProfile,
  shippedTools,
  startWorker,
  temporaryDirectory,
  testTools,
  withAllDecoders,
} from "../../testing/kit.ts";
import { type OddFile, oddFiles } from "../../testing/odd-files.ts";

const rung = (height: number, bitrateBps: number) =>
  ({ name: `${height}p`, height, tier: "CRITICAL", codec: "H264", bitrateBps, maxFrameRate: 60 }) as const;
const profile: Profile = {
  ...defaultProfile,
  rungs: [rung(72, 100_000), rung(144, 300_000), rung(480, 900_000)],
};

/** The most that picture and sound may be apart. */
const syncSeconds = 0.02;

type RunningWorker = Awaited<ReturnType<typeof startWorker>>;

const systemTools = () =>
  findTools({ path: testEnv.PATH ?? "", trialsDirectory: testEnv["FFMPEG_TRIALS_DIR"] }).catch(() => null);
const builds: [string, () => Promise<FfmpegTools | null>][] = [
  ["the system's ffmpeg", systemTools],
  ["the ffmpeg of the npm package", shippedTools],
];

let clips: Awaited<ReturnType<typeof temporaryDirectory>>;
const made = new Map<string, Promise<string>>();
beforeAll(async () => {
  clips = await temporaryDirectory();
});
afterAll(() => clips[Symbol.asyncDispose]());

/** Each is made once, for all builds. */
function clipOf(name: string, file: OddFile): Promise<string> {
  const path = join(clips.path, `${made.size}.bin`);
  const clip = made.get(name) ?? Promise.resolve(file.make(path)).then(() => path);
  made.set(name, clip);
  return clip;
}

describe.each(builds)("with %s", (_name, find) => {
  let tools: FfmpegTools | null;
  let worker: RunningWorker | undefined;
  beforeAll(async () => {
    tools = await find();
    if (tools) worker = await startWorker({ ...withAllDecoders, slots: 2 }, tools);
  });
  afterAll(() => worker?.[Symbol.asyncDispose]());

  test.each(Object.entries(oddFiles))("%s becomes a stream that plays as it should", async (name, file) => {
    const { encoders } = await testTools();
    if (!worker || !tools || (file.needs && !encoders.includes(file.needs))) return;
    const clip = await clipOf(name, file);
    const end = await worker.end(await worker.request(clip, { profile }));
    expect(end, JSON.stringify("error" in end ? end.error : "")).toMatchObject({
      type: "task.completed.v1",
    });
    const variants = end.result.variants.filter(({ status }) => status === "READY");
    const top = variants.at(-1);
    expect([top?.width, top?.height]).toEqual(file.size);
    const pathOf = (playlist: PublishedPlaylist | null | undefined) =>
      worker?.store.path(playlist?.key ?? "") ?? "";
    const flashes = await checkPictures(tools, pathOf(top?.playlist), top?.playlist ?? null, file);
    for (const { playlist } of variants) {
      expect(Math.abs((playlist?.durationMs ?? 0) - (top?.playlist?.durationMs ?? 0))).toBeLessThanOrEqual(5);
      expect(new Set(await firstPictures(pathOf(playlist)))).toEqual(new Set([5]));
    }
    expect(end.result.posterKey).not.toBeNull();
    expect(end.result.audio !== null).toBe(file.hasSound);
    if (file.hasSound) await checkSound(tools, pathOf(end.result.audio?.playlist), flashes, file.lag);
  });
});

async function checkPictures(
  tools: FfmpegTools,
  path: string,
  playlist: PublishedPlaylist | null,
  { frames, durationMs }: OddFile,
): Promise<number[]> {
  HLS.setOptions({ strictMode: true });
  const parsed = HLS.parse(await readFile(path, "utf8"));
  if (!("segments" in parsed)) throw new Error("a variant's playlist names segments");
  const segments = await Promise.all(
    parsed.segments.map(async ({ uri, duration }) => ({
      duration,
      bits: (await stat(join(path, "..", uri))).size * 8,
    })),
  );
  const peak = peakBps(segments, parsed.targetDuration ?? 0);
  // Where there is a run of segments that counts.
  if (peak > 0) expect(Math.abs(peak / (playlist?.bandwidthBps ?? 0) - 1)).toBeLessThanOrEqual(0.1);
  const { complaints, times, flashes } = await examinePictures(tools.ffmpeg.path, path);
  expect(complaints).toBe("");
  expect(times).toHaveLength(frames);
  expect(times[0]).toBe(0);
  expect(Math.abs((playlist?.durationMs ?? 0) - durationMs)).toBeLessThanOrEqual(50);
  return flashes;
}

/** The highest rate of any run of segments that lasts from a half to one and a half target durations (RFC 8216, 4.1); 0 if none does. */
function peakBps(segments: readonly { duration: number; bits: number }[], target: number): number {
  let peak = 0;
  for (const start of segments.keys()) {
    const run = { duration: 0, bits: 0 };
    for (const { duration, bits } of segments.slice(start)) {
      run.duration += duration;
      run.bits += bits;
      const counts = run.duration >= target / 2 && run.duration <= target * 1.5;
      if (counts) peak = Math.max(peak, run.bits / run.duration);
    }
  }
  return peak;
}

/** Where there are both, each beep has its flash; one of the two may begin late. */
async function checkSound(
  tools: FfmpegTools,
  path: string,
  flashes: readonly number[],
  lag = 0,
): Promise<void> {
  HLS.parse(await readFile(path, "utf8"));
  const { complaints, beeps } = await examineSound(tools.ffmpeg.path, path);
  expect(complaints).toBe("");
  const [fewer, more] = beeps.length < flashes.length ? [beeps, flashes] : [flashes, beeps];
  expect(fewer.length).toBeGreaterThan(1);
  expect(more.length - fewer.length).toBeLessThanOrEqual(1);
  const late = flashes.map((flash) => flash - lag);
  for (const beep of fewer === beeps ? beeps : beeps.slice(more.length - fewer.length)) {
    const apart = Math.min(...late.map((flash) => Math.abs(flash - beep)));
    expect(apart, `beep at ${beep} s, flashes at ${flashes.join(", ")} s`).toBeLessThanOrEqual(syncSeconds);
  }
}
