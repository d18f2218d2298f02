import { join } from "node:path";
import type { TaskAccounted, TaskAdvanced } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { words } from "../../media/ffmpeg/words.ts";
import {
  defaultProfile,
  makeClip,
  shippedTools,
  startWorker,
  temporaryDirectory,
} from "../../testing/kit.ts";
import type { RenderTask } from "../../testing/to-message.ts";
import { stateOf } from "../../testing/to-message.ts";

let clips: Awaited<ReturnType<typeof temporaryDirectory>>;
let clip: string;

const rung = (height: number, bitrateBps: number) => ({
  name: `${height}p`,
  height,
  tier: "CRITICAL" as const,
  codec: "H264" as const,
  bitrateBps,
});
/** A bitrate at which only a comparison with the wrong frame would score badly. */
const profile = { ...defaultProfile, rungs: [rung(90, 1_000_000), rung(180, 4_000_000)] };

const variant = {
  ...{ name: "180p", index: 1, tier: "CRITICAL" as const, status: "PENDING" as const, codec: "H264" },
  ...{ width: 320, height: 180, frameRate: 30, bitrateBps: 4_000_000 },
  ...{ playlist: null, skipReason: null, error: null },
};

/** Measures the quality when an attempt has ended, instead of when the worker has been idle for seconds. */
const atOnce = { quiet: { quietMs: 10, patienceMs: 200 } };

/** With libvmaf. */
const shipped = (await shippedTools()) ?? undefined;

beforeAll(async () => {
  clips = await temporaryDirectory();
  clip = await makeClip(join(clips.path, "moving.mp4"), [
    ...words("-f lavfi -i testsrc2=s=320x180:r=30:d=10,scroll=h=0.03:v=0.02 -f lavfi -i sine=440:d=10"),
    ...words("-c:v libx264 -preset ultrafast -qp 14 -g 250 -pix_fmt yuv420p -c:a aac"),
  ]);
});

afterAll(async () => {
  await clips[Symbol.asyncDispose]();
});

type RunningWorker = Awaited<ReturnType<typeof startWorker>>;

const accountOf = (worker: RunningWorker, { taskId }: RenderTask) =>
  worker.messaging.until(
    (message): message is TaskAccounted => message.type === "task.accounted.v1" && message.taskId === taskId,
  );

test("the end of an attempt reports encoders, command lines and source hash; quality scores follow", async () => {
  await using worker = await startWorker(atOnce);
  const task = await worker.request(clip, { profile });
  const end = await worker.end(task);
  if (end.type !== "task.completed.v1") throw new Error(end.type);
  expect(end.account).toMatchObject({
    provenance: {
      ffmpegVersion: expect.stringMatching(/\d/),
      device: "cpu",
      encoders: { "90p": expect.stringMatching(/^libx264, x264 core \d+/) },
    },
    sourceHash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    quality: {},
  });
  expect(end.account?.provenance.commands[0]?.join(" ")).toContain("-c:v libx264");

  const { account } = await accountOf(worker, task);
  expect(account).toMatchObject({ ...end.account, quality: expect.anything() });
  const { "180p": full, "90p": small } = account.quality;
  if (!full || !small) throw new Error("not measured");
  expect(full.metric).toBe(small.metric);
  expect(full.samples).toBeGreaterThanOrEqual(3);
  // At its own size it is next to the source; half the size is visible after scaling up.
  expect(full.mean).toBeGreaterThan(full.metric === "VMAF" ? 90 : 0.95);
  expect(small.mean).toBeLessThan(full.mean);
  expect(full.min).toBeLessThanOrEqual(full.mean);
});

test("a part is measured at the same moments of the video's timeline as the whole", async () => {
  await using worker = await startWorker(atOnce);
  const chunk = await worker.request(clip, {
    ...{ profile, ladder: [variant] },
    part: { kind: "CHUNK", startMs: 4_000, endMs: null },
  });
  const { account } = await accountOf(worker, chunk);
  const quality = account.quality["180p"];
  expect(quality?.mean).toBeGreaterThan(quality?.metric === "VMAF" ? 90 : 0.95);
  // The first task reads the source for all.
  expect(account.sourceHash).toBeNull();
});

test("a head's worker fits the ladder to the content before it announces the split", async () => {
  await using worker = await startWorker(atOnce);
  const easy = await makeClip(join(clips.path, "easy.mp4"), [
    ...words("-f lavfi -i smptebars=s=320x180:r=10:d=62"),
    ...words("-c:v libx264 -preset ultrafast -g 50 -pix_fmt yuv420p"),
  ]);
  const task = await worker.request(easy, {
    profile: { ...profile, rungs: [rung(90, 150_000), rung(180, 2_450_000)], bitrates: "CONTENT_AWARE" },
    part: { kind: "HEAD", wholeUpToMs: 30_000, headMs: 8_000 },
  });
  const advanced = await worker.messaging.until(
    (message): message is TaskAdvanced =>
      message.type === "task.advanced.v1" &&
      message.taskId === task.taskId &&
      message.result["split"] !== undefined,
  );
  const state = stateOf(advanced);
  const [small, full] = state.variants;
  // Without movement, similarity costs almost nothing.
  for (const planned of [small, full]) expect(planned?.qualityOffset).toBeLessThan(0);
  // Below it the level would differ from the head's.
  expect(small?.bitrateBps).toBe(150_000);
  expect(full?.bitrateBps).toBe(1_225_000);
  await worker.end(task);
});

test("a part with lower quality and a lower ceiling shares the head's initialisation segment", async () => {
  await using worker = await startWorker(atOnce);
  const partOf = async (qualityOffset: number, bitrateBps: number) => {
    const ladder = [{ ...variant, qualityOffset, bitrateBps }];
    const chunk = await worker.request(clip, {
      ...{ profile, ladder },
      part: { kind: "CHUNK", startMs: 4_000, endMs: 6_000 },
    });
    return (await worker.end(chunk)).result.parts?.[0];
  };
  // Both have the same level.
  const usual = await partOf(0, 4_000_000);
  const coarser = await partOf(4.25, 2_600_000);
  expect(coarser?.initSha256).toBe(usual?.initSha256);
  expect(coarser?.segments[0]?.sizeBytes).toBeLessThan((usual?.segments[0]?.sizeBytes ?? 0) * 0.8);
});

test("a variant below its minimum quality is rendered again at higher quality and only then becomes ready", async () => {
  await using worker = await startWorker(atOnce, shipped);
  const hard = await makeClip(join(clips.path, "hard.mp4"), [
    ...words(
      "-f lavfi -i mandelbrot=s=320x180:r=30 -t 4 -c:v libx264 -preset ultrafast -qp 8 -pix_fmt yuv420p",
    ),
  ]);
  const task = await worker.request(hard, {
    profile: { ...profile, rungs: [{ ...rung(180, 20_000_000), minVmaf: 93 }] },
  });
  const end = await worker.end(task);
  if (end.type !== "task.completed.v1") throw new Error(end.type);
  const [made] = end.result.variants;
  expect(made).toMatchObject({ status: "READY", qualityOffset: expect.any(Number), minVmaf: 93 });
  expect(made?.qualityOffset).toBeLessThan(0);
  expect(made?.playlist?.key).toContain("/180p.finer/index.m3u8");
  expect(end.account?.provenance.commands).toHaveLength(2);
  expect(end.account?.quality["180p"]?.mean).toBeGreaterThanOrEqual(93);
  // No step back before it: the first version stayed complete until the second was.
  const told = worker.messaging.ofType("task.advanced.v1").flatMap((message) => stateOf(message).variants);
  const readyBefore = told.filter(
    ({ name, status, playlist }) =>
      name === "180p" && status === "READY" && !playlist?.key.includes(".finer/"),
  );
  expect(readyBefore).toEqual([]);
});

test("a variant whose ceiling keeps it below the minimum is measured, not rendered again, and becomes ready", async () => {
  await using worker = await startWorker(atOnce, shipped);
  const task = await worker.request(clip, {
    profile: { ...profile, rungs: [{ ...rung(180, 60_000), minVmaf: 90 }] },
  });
  const end = await worker.end(task);
  if (end.type !== "task.completed.v1") throw new Error(end.type);
  expect(end.result.variants[0]).toMatchObject({ status: "READY", minVmaf: 90 });
  expect(end.account?.provenance.commands).toHaveLength(1);
  expect(end.account?.quality["180p"]?.mean).toBeLessThan(90);
});
