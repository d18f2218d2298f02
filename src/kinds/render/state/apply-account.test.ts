import type { Account, Quality, TaskAccounted } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { attemptOf, createProjection } from "../../../testing/projection.ts";
import { belowMinimum, qualityNote } from "./below-minimum.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

const vmaf = (mean: number, samples = 4): Quality => ({ metric: "VMAF", mean, min: mean - 5, samples });
const accountWith = (quality: Record<string, Quality>): Account => ({
  provenance: {
    ffmpegVersion: "7.0",
    device: "cpu",
    commands: [["ffmpeg", "-i", "clip.mp4"]],
    encoders: { "144p": "libx264, x264 core 164" },
  },
  sourceHash: "sha256:abc",
  quality,
});

/** A video that one attempt made whole. */
async function madeVideo(minVmaf?: number) {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  const state = attempt.state("READY");
  const variants = state.variants.map((variant) => ({
    ...variant,
    ...(minVmaf !== undefined && { minVmaf }),
  }));
  await system.apply(attempt.started);
  const completed = attempt.completed(1, { ...state, variants });
  if (completed.type !== "task.completed.v1") throw new Error(completed.type);
  await system.apply({ ...completed, account: accountWith({}) });
  const { sequence: _sequence, result: _result, type: _type, ...told } = completed;
  return {
    ...ref,
    attempt,
    accounted: (quality: Record<string, Quality>): TaskAccounted => ({
      ...told,
      type: "task.accounted.v1",
      account: accountWith(quality),
    }),
    events: () =>
      system.db.event.findMany({
        where: { videoId: ref.videoId, type: { in: ["variant.measured", "variant.below-minimum"] } },
        orderBy: { id: "asc" },
      }),
    variant: () =>
      system.db.variant.findUniqueOrThrow({
        where: { videoId_name: { videoId: ref.videoId, name: "144p" } },
      }),
  };
}

test("an account that arrives after the end is stored with attempt, variant and source, and changes nothing else", async () => {
  const video = await madeVideo();
  const before = await video.variant();
  await system.apply(video.accounted({ "144p": vmaf(93) }));
  await system.apply(video.accounted({ "144p": vmaf(93) }));
  expect(await video.variant()).toEqual({ ...before, quality: vmaf(93) });
  expect(
    await system.db.attempt.findUnique({ where: { id: video.attempt.attemptId }, select: { account: true } }),
  ).toEqual({ account: accountWith({ "144p": vmaf(93) }) });
  expect(
    await system.db.source.findUnique({ where: { videoId: video.videoId }, select: { hash: true } }),
  ).toEqual({ hash: "sha256:abc" });
  expect((await video.events())[0]).toMatchObject({
    type: "variant.measured",
    data: { name: "144p", metric: "VMAF", mean: 93 },
  });
});

test("a variant below its profile's minimum is recorded as an event, once", async () => {
  const video = await madeVideo(95);
  await system.apply(video.accounted({ "144p": vmaf(71) }));
  await system.apply(video.accounted({ "144p": vmaf(72) }));
  const events = await video.events();
  expect(events.filter(({ type }) => type === "variant.below-minimum")).toMatchObject([
    { data: { name: "144p", mean: 71, minVmaf: 95 } },
  ]);
});

test("only a completed attempt can report an account", async () => {
  const video = await madeVideo();
  const stranger = { ...video.accounted({ "144p": vmaf(1) }), attemptId: video.jobId };
  await system.apply(stranger);
  expect((await video.variant()).quality).toBeNull();
});

test.each([
  ["none requested", null, vmaf(10), null, null],
  ["not measured yet", 90, null, null, "144p should have a VMAF of 90, but was not measured (yet)."],
  ["reached", 90, vmaf(90), false, null],
  ["missed", 90, vmaf(71.26), true, /^144p has a VMAF of 71\.3 and should have 90/],
  [
    "measured by a worker without libvmaf",
    90,
    { metric: "SSIM", mean: 0.98, min: 0.97, samples: 12 } as const,
    null,
    /could not measure.*no libvmaf/,
  ],
])("the note on a minimum is correct: %s", (_what, minVmaf, quality, isBelow, note) => {
  expect(belowMinimum({ minVmaf, quality })).toBe(isBelow);
  const said = qualityNote({ name: "144p", bitrateBps: 300_000, minVmaf, quality });
  if (note instanceof RegExp) expect(said).toMatch(note);
  else expect(said).toBe(note);
});
