import { stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WorkerConfig } from "../../config.ts";
import { words } from "../../media/ffmpeg/words.ts";
import {
  damaged,
  endlessTable,
  floods,
  type MakeFile,
  madTimes,
  manyStreams,
  pointers,
  repeatedPicture,
  ruins,
  survivors,
} from "../../testing/hostile-files.ts";
import { makeClip, startWorker, temporaryDirectory } from "../../testing/kit.ts";

let files: Awaited<ReturnType<typeof temporaryDirectory>>;
let worker: Awaited<ReturnType<typeof startWorker>>;

beforeAll(async () => {
  files = await temporaryDirectory();
  worker = await startWorker({
    limits: { sourceBytes: 1e9, sourceDurationMs: 6 * 36e5, sourcePixels: 36e6, decoders: "ALL" },
  });
});
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await files[Symbol.asyncDispose]();
});

/**
 * Not a measurement but a promise: thousands of such files keep no worker from other people's videos. Each
 * takes a second or two of CPU time; if reading took time in proportion to a file's claims, it would take
 * minutes.
 */
const REFUSED_WITHIN_SECONDS = 20;

/** The result of its task: `READY` and the length of the video in milliseconds, or the error code. */
async function endOf(make: MakeFile, name: string) {
  const path = join(files.path, `${name.replaceAll(/\W/g, "-")}.mp4`);
  await make(path);
  const task = await worker.request(path);
  const end = await worker.end(task);
  if (end.type === "task.failed.v1") {
    const took = end.usage?.cpuSeconds ?? 0;
    return { outcome: end.outcome, code: end.error.code, videoId: end.videoId, took };
  }
  const made = end.result.variants.filter(({ status }) => status === "READY");
  const playlist = made.at(-1)?.playlist;
  return { outcome: end.type, durationMs: Math.round(playlist?.durationMs ?? 0), audio: end.result.audio };
}

const refusals: [string, string, MakeFile][] = [
  ...Object.entries(pointers).map(([name, make]): [string, string, MakeFile] => [
    name,
    "SOURCE_NOT_A_VIDEO",
    make,
  ]),
  ...Object.entries(ruins).map(([name, make]): [string, string, MakeFile] => [
    name,
    "SOURCE_NOT_A_VIDEO",
    make,
  ]),
  ...Object.entries(floods).map(([name, make]): [string, string, MakeFile] => [
    name,
    "SOURCE_TOO_MANY_PIXELS",
    make,
  ]),
  ...Object.entries(madTimes).map(([name, make]): [string, string, MakeFile] => [
    name,
    "SOURCE_TOO_LONG",
    make,
  ]),
  ["an MP4 with a table of four thousand million entries", "MEMORY_LIMIT", endlessTable],
  ["a file of 3,000 tracks", "SOURCE_TOO_MANY_STREAMS", manyStreams(3_000)],
  ["a file of 201 tracks", "SOURCE_TOO_MANY_STREAMS", manyStreams(201)],
];

describe("a hostile source is rejected with the reason and leaves no output", () => {
  test.each(refusals)("%s: %s, within seconds", async (name, code, make) => {
    const { videoId, took, ...end } = await endOf(make, name);
    expect(end).toEqual({ outcome: "REJECTED", code });
    expect(took).toBeLessThan(REFUSED_WITHIN_SECONDS);
    expect(await worker.store.keys(`videos/${videoId}/attempts/`)).toEqual([]);
  });
});

describe("an unusably damaged source is rejected with the reason", () => {
  test.each<[string, string, MakeFile | undefined]>([
    [
      "an MP4 that is lost after its beginning",
      "SOURCE_CORRUPT",
      damaged["an MP4 that is lost after its beginning"],
    ],
    ["a million pictures per second", "SOURCE_NO_FRAMES", survivors["a million pictures per second"]],
    [
      "an edit list that begins before the beginning",
      "SOURCE_NO_FRAMES",
      survivors["an edit list that begins before the beginning"],
    ],
  ])("%s: %s", async (name, code, make) => {
    if (!make) throw new Error(`there is no ${name}`);
    expect(await endOf(make, name)).toMatchObject({ outcome: "REJECTED", code });
  });
});

describe("an unusual source still becomes a complete stream", () => {
  test.each<[string, number, number | null]>([
    ["an index that says its media lies elsewhere", 1_000, null],
    ["a picture whose size changes in the middle", 2_000, null],
    ["a clock that jumps back in the middle", 4_000, null],
    ["a clock that jumps ahead by hours", 4_000, null],
    ["thousands of fragments", 29_993, null],
    ["tables that stand there twice, the first ones without end", 1_000, null],
    ["hundreds of thousands of empty boxes behind it", 1_000, null],
    ["an audio track of 64 channels", 1_000, 1_000],
    ["an audio track of one sample a second", 3_000, null],
    ["a title and a comment of megabytes", 1_000, null],
    ["attachments that would lie elsewhere", 1_000, null],
    ["a cover that is larger than any picture may be", 1_000, null],
    ["a transport stream with a hole", 4_023, 4_040],
    ["an MP4 with a hole", 4_000, 4_017],
    ["an audio track that ends early", 4_000, 1_022],
    ["an audio track that goes on", 1_000, 4_017],
  ])("%s lasts %i ms", async (name, durationMs, audioMs) => {
    const make = survivors[name] ?? damaged[name];
    if (!make) throw new Error(`there is no ${name}`);
    const { outcome, audio, ...end } = await endOf(make, name);
    expect(outcome).toBe("task.completed.v1");
    expect(Math.abs((end.durationMs ?? 0) - durationMs)).toBeLessThanOrEqual(45);
    expect(audio?.playlist?.isComplete ?? null).toBe(audioMs === null ? null : true);
    expect(Math.abs((audio?.playlist?.durationMs ?? 0) - (audioMs ?? 0))).toBeLessThanOrEqual(45);
  });
});

describe("a source that costs too much CPU time or output is rejected", () => {
  const makeEnd = async (make: MakeFile, leastAllowance: WorkerConfig["leastAllowance"]) => {
    await using careful = await startWorker({ ...(leastAllowance && { leastAllowance }) });
    const path = join(files.path, "endless.mp4");
    await make(path);
    const { size } = await stat(path);
    const end = await careful.end(await careful.request(path));
    const left = await careful.store.keys(`videos/${end.videoId}/attempts/`);
    // The poster may be finished before that: the API removes it after the last report.
    expect(left.filter((key) => !key.endsWith("/poster.jpg"))).toEqual([]);
    return { size, code: end.type === "task.failed.v1" && end.outcome === "REJECTED" && end.error.code };
  };

  test("a file of one megabyte that references one frame 250,000 times within a second", async () => {
    const { code, size } = await makeEnd(repeatedPicture(250_000), { cpuSeconds: 1 });
    expect(size).toBeLessThan(1_100_000);
    expect(code).toBe("SOURCE_TOO_COSTLY");
  });

  test("output far above its bitrates", async () => {
    const make: MakeFile = (path) =>
      makeClip(
        path,
        words(
          "-f lavfi -i testsrc2=s=320x180:r=25:d=20 -c:v libx264 -preset ultrafast -g 999 -sc_threshold 0",
        ),
      );
    expect((await makeEnd(make, { outputBytes: -100e6 })).code).toBe("OUTPUT_TOO_LARGE");
  });
});

test.each([
  ["an AVI of MagicYUV", "SOURCE_CODEC_UNSUPPORTED", "rare.avi", "-c:v magicyuv -pix_fmt yuv422p"],
  ["a NUT file", "SOURCE_CONTAINER_UNSUPPORTED", "rare.nut", "-c:v mpeg4"],
])("%s is rejected by default: %s, with its name and the setting", async (_what, code, name, codec) => {
  await using careful = await startWorker();
  const clip = await makeClip(
    join(files.path, name),
    words(`-f lavfi -i testsrc2=s=64x36:r=10:d=1 ${codec}`),
  );
  const end = await careful.end(await careful.request(clip));
  expect(end).toMatchObject({ type: "task.failed.v1", outcome: "REJECTED", error: { code } });
  expect(JSON.stringify(end)).toMatch(/\((magicyuv|nut)\) is not accepted.*SOURCE_DECODERS=all/);
});
