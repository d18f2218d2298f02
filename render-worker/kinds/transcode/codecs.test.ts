import { join } from "node:path";
import type { Profile, Rung } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { words } from "../../media/ffmpeg/words.ts";
import { codecName, complaints, inspect, keyFrameTimes } from "../../testing/inspect.ts";
import { defaultProfile, makeClip, startWorker, temporaryDirectory, testTools } from "../../testing/kit.ts";

let clips: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => {
  clips = await temporaryDirectory();
});
afterAll(() => clips[Symbol.asyncDispose]());

const rung = (name: string, height: number, codec: Rung["codec"], more: Partial<Rung> = {}): Rung => ({
  name,
  height,
  tier: "CRITICAL",
  codec,
  bitrateBps: 400_000,
  ...more,
});
const profileOf = (...rungs: Rung[]): Profile => ({ ...defaultProfile, name: "test", rungs });

test.for([
  ["HEVC", "libx265", "hevc", /^hvc1\.1\.6\.L\d+\.[0-9A-F]+$/],
  ["AV1", "libsvtav1", "av1", /^av01\.0\.\d\dM\.08$/],
] as const)(
  "%s beside H.264: both are complete, have the same segments and declare their codecs",
  async ([codec, encoder, decoder, codecs], { skip }) => {
    const { encoders, ffmpeg } = await testTools();
    // Before release 6 ffmpeg forces no key frames on SVT-AV1.
    const isUsable = encoders.includes(encoder) && !(codec === "AV1" && ffmpeg.version.startsWith("5."));
    skip(!isUsable, `this ffmpeg has no ${encoder} that can be used`);
    await using worker = await startWorker();
    const clip = await makeClip(join(clips.path, `${codec}.mkv`), [
      ...words("-f lavfi -i testsrc2=s=320x180:r=25:d=4 -f lavfi -i sine=440:d=4"),
      ...words("-c:v libx264 -preset ultrafast -c:a flac"),
    ]);
    const profile = {
      ...profileOf(
        rung("144p", 144, "H264"),
        rung("144p-new", 144, codec),
        rung("180p-new", 180, codec, { bitrateBps: 600_000 }),
      ),
      segmentDurationMs: 2_000,
      gopDurationMs: 1_000,
    };
    const end = await worker.end(await worker.request(clip, { profile }));
    expect(end).toMatchObject({ type: "task.completed.v1" });
    expect(end.result.variants.map(({ name, codec: made, status }) => [name, made, status])).toEqual([
      ["144p", "H264", "READY"],
      ["144p-new", codec, "READY"],
      ["180p-new", codec, "READY"],
    ]);
    const [old, ...fresh] = end.result.variants.map(({ playlist }) => playlist);
    for (const playlist of fresh) {
      expect(playlist).toMatchObject({
        codecs: expect.stringMatching(codecs),
        segments: old?.segments,
        durationMs: 4_000,
      });
      const path = worker.store.path(playlist?.key ?? "");
      expect(await inspect(path)).toMatchObject({ frames: 100, startTime: 0 });
      expect(await codecName(path)).toBe(decoder);
      expect(await complaints(path)).toBe("");
      expect(await keyFrameTimes(path)).toEqual([0, 1, 2, 3]);
    }
  },
);

test("a slower rung drops every second frame of the source and keeps its keyframes aligned", async () => {
  await using worker = await startWorker();
  // 55 frames per second: every other GOP starts at an odd frame, which the slow rung drops.
  const clip = await makeClip(join(clips.path, "fast.mkv"), [
    ...words("-f lavfi -i testsrc2=s=320x180:r=55:d=4 -c:v libx264 -preset ultrafast"),
  ]);
  const profile = {
    ...profileOf(rung("144p", 144, "H264"), rung("180p", 180, "H264", { maxFrameRate: 60 })),
    segmentDurationMs: 1_000,
    gopDurationMs: 500,
  };
  const { result: state } = await worker.end(await worker.request(clip, { profile }));
  expect(state.variants.map(({ frameRate }) => frameRate)).toEqual([27.5, 55]);
  const [slow = "", fast = ""] = state.variants.map(({ playlist }) => worker.store.path(playlist?.key ?? ""));
  expect([(await inspect(slow)).frames, (await inspect(fast)).frames]).toEqual([110, 220]);
  expect(await keyFrameTimes(slow)).toEqual(await keyFrameTimes(fast));
  expect(state.variants[0]?.playlist?.segments).toBe(state.variants[1]?.playlist?.segments);
  expect(await complaints(slow)).toBe("");
});

test("a variable frame rate above a rung's maximum is thinned on average, and keyframes stay aligned", async () => {
  await using worker = await startWorker();
  const clip = await makeClip(join(clips.path, "variable.mp4"), [
    ...words("-f lavfi -i testsrc2=s=320x180:r=60:d=4 -vf select='not(eq(mod(n,7),3))' -fps_mode vfr"),
    ...words("-c:v libx264 -preset ultrafast"),
  ]);
  const profile = {
    ...profileOf(rung("144p", 144, "H264"), rung("180p", 180, "H264", { maxFrameRate: 60 })),
    segmentDurationMs: 2_000,
    gopDurationMs: 1_000,
  };
  const { result: state } = await worker.end(await worker.request(clip, { profile }));
  const [slow = "", fast = ""] = state.variants.map(({ playlist }) => worker.store.path(playlist?.key ?? ""));
  const frames = [(await inspect(slow)).frames, (await inspect(fast)).frames];
  expect(frames[1]).toBe(206);
  expect(frames[0]).toBeGreaterThan(100);
  expect(frames[0]).toBeLessThan(130);
  expect(await keyFrameTimes(slow)).toEqual(await keyFrameTimes(fast));
});

test("a rung whose codec this machine cannot encode fails alone, and the other rungs are ready", async () => {
  const tools = await testTools();
  const clip = await makeClip(join(clips.path, "short.mkv"), [
    ...words("-f lavfi -i testsrc2=s=320x180:r=25:d=1 -c:v libx264 -preset ultrafast"),
  ]);
  const encoders = tools.encoders.filter((name) => !name.includes("av1"));
  await using worker = await startWorker({}, { ...tools, encoders });
  const mixed = profileOf(rung("144p", 144, "H264"), rung("144p-av1", 144, "AV1"));
  const { type, result: state } = await worker.end(await worker.request(clip, { profile: mixed }));
  expect(type).toBe("task.completed.v1");
  expect(state.variants).toMatchObject([
    { name: "144p", status: "READY" },
    { name: "144p-av1", status: "FAILED", error: { code: "NO_ENCODER", retriable: true } },
  ]);
  const alone = await worker.end(
    await worker.request(clip, { profile: profileOf(rung("144p", 144, "AV1")) }),
  );
  expect(alone).toMatchObject({
    type: "task.failed.v1",
    outcome: "FAILED",
    error: {
      code: "NO_ENCODER",
      scope: "WORKER",
      message: expect.stringContaining("no working encoder for AV1; it has libx264"),
    },
  });
});
