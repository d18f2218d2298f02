import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type AnimationSettings,
  DrawingProgress,
  objectKeys,
  type RenderState,
  type RenditionPart,
  type VariantState,
} from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { FakeRecord } from "../../painting/testing/fake-painter.ts";
import { inspect } from "../../testing/inspect.ts";
import { holes, joinParts, shownAt } from "../../testing/join-parts.ts";
import { startWorker, temporaryDirectory } from "../../testing/kit.ts";
import type { RenderTask } from "../../testing/to-message.ts";

let scripts: Awaited<ReturnType<typeof temporaryDirectory>>;
let worker: Awaited<ReturnType<typeof startWorker>>;
beforeAll(async () => {
  scripts = await temporaryDirectory();
  worker = await startWorker();
});
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await scripts[Symbol.asyncDispose]();
});

const settings: AnimationSettings = {
  ...{ version: 1, scene: null, width: 480, height: 270, frameRate: 15, renderer: "CAIRO", seed: 0 },
};

async function request(
  records: readonly FakeRecord[],
  changes: Partial<RenderTask> = {},
): Promise<RenderTask> {
  const path = join(scripts.path, "scene.json");
  await writeFile(path, JSON.stringify(records));
  return await worker.request(path, { kind: "ANIMATION", animation: settings, ...changes });
}

const partsOf = ({ parts = [] }: RenderState, name: string): RenditionPart[] =>
  parts.filter(({ rendition }) => rendition === name).toSorted((a, b) => a.startMs - b.startMs);
const lengthOf = (part: RenditionPart | undefined): number =>
  (part?.segments ?? []).reduce((sum, { durationMs }) => sum + durationMs, 0);

const fade = (frames: number): FakeRecord[] =>
  Array.from({ length: frames }, (_, index) => ({ frame: [(index * 8) % 256, 80, 160] }));

test("a script becomes variants, a poster and a storyboard; held frames last, and steps are reported", async () => {
  const task = await request(
    [
      ...[{ step: "Create(Circle)", frames: 30 }, ...fade(30)],
      { step: "Wait", frames: 75 },
      { frame: [255, 255, 0], repeats: 75 },
      ...[{ step: "FadeOut(Circle)", frames: 15 }, ...fade(15)],
    ],
    { storyboard: true },
  );
  const { type, result } = await worker.end(task);
  expect(type).toBe("task.completed.v1");
  const made = result.variants.filter(({ status }) => status === "RENDERING");
  expect(made.map(({ name, width, height }) => [name, width, height])).toEqual([
    ["144p", 256, 144],
    ["240p", 426, 240],
    ["270p", 480, 270],
  ]);
  for (const { name } of made) {
    const [part, ...more] = partsOf(result, name);
    expect(more).toEqual([]);
    expect(part).toMatchObject({ startMs: 0, endMs: null, isComplete: true });
    expect(lengthOf(part)).toBe(8_000);
  }
  expect(result.source?.probe).toMatchObject({ container: "manim", durationMs: 8_000, audio: null });
  expect(result.posterKey).not.toBeNull();
  expect(result.storyboard?.spriteKeys).toHaveLength(1);
  // Of 120 frames on the timeline, 30 and 15 move; the held one is repeated at segment borders and its end.
  const { frames } = await inspect(await joinParts(worker.store, partsOf(result, "144p"), "144p"));
  expect(frames).toBeGreaterThanOrEqual(47);
  expect(frames).toBeLessThan(55);
  const steps = worker.messaging.published.flatMap((message) =>
    message.type === "task.progressed.v1" && message.taskId === task.taskId
      ? [DrawingProgress.parse(message.detail).step]
      : [],
  );
  expect(new Set(steps.flatMap((step) => (step ? [step.index] : [])))).toEqual(new Set([0, 1, 2]));
  expect(steps.at(-1)).toMatchObject({ index: 2, count: 3, name: "FadeOut(Circle)" });
});

test("sound is encoded beside the frames", async () => {
  const second: FakeRecord[] = [{ samples: 48_000 }, ...fade(15)];
  const { type, result } = await worker.end(await request([...second, ...second, ...second]));
  expect(type).toBe("task.completed.v1");
  expect(result.audio).toMatchObject({ codec: "AAC", channels: 2, playlist: { isComplete: true } });
  expect(result.audio?.playlist?.durationMs).toBeCloseTo(3_000, -2);
});

test("a script that fails after its first frames fails the task with its own error, and nothing else", async () => {
  const failed = { type: "failed", code: "SCRIPT_FAILED", message: "ZeroDivisionError: division by zero" };
  const lost = await request([
    ...fade(45),
    { event: { ...failed, line: 7, column: null, traceback: "line 7, in construct" } },
  ]);
  const next = await request(fade(20));
  expect(await worker.end(lost)).toMatchObject({
    outcome: "REJECTED",
    error: { code: "SCRIPT_FAILED", message: "line 7: ZeroDivisionError: division by zero", scope: "INPUT" },
  });
  expect((await worker.end(next)).type).toBe("task.completed.v1");
});

/** What the API knows once it has joined the parts. */
function joined({ variants, parts = [] }: RenderState, name: string): VariantState[] {
  const variant = variants.find((one) => one.name === name);
  const playlist = {
    ...{ key: `variants/${name}/index.m3u8`, codecs: parts[0]?.codecs ?? "", bandwidthBps: 1 },
    ...{ averageBandwidthBps: 1, segments: 1, durationMs: 2_000, sizeBytes: 1, isComplete: true },
  };
  return variant ? [{ ...variant, status: "READY", playlist }] : [];
}

test("a retry draws only the missing variants", async () => {
  const first = await worker.end(await request(fade(30)));
  const kept = ["144p", "270p"].flatMap((name) => joined(first.result, name));
  const again = await worker.end(await request(fade(30), { keep: { variants: kept, audio: null } }));
  const made = again.result.variants.filter(({ status }) => status !== "SKIPPED");
  expect(made.map(({ name, status }) => [name, status])).toEqual([
    ["144p", "READY"],
    ["240p", "RENDERING"],
    ["270p", "READY"],
  ]);
  expect(again.result.parts?.map(({ rendition }) => rendition)).toEqual(["240p"]);
});

test("a retry whose variants are all finished makes the sound that is left, and draws nothing silent", async () => {
  const audible: FakeRecord[] = [{ samples: 48_000 }, ...fade(15)];
  const first = await worker.end(await request(audible));
  const kept = ["144p", "240p", "270p"].flatMap((name) => joined(first.result, name));
  const again = await worker.end(await request(audible, { keep: { variants: kept, audio: null } }));
  expect(again.type).toBe("task.completed.v1");
  expect(again.result.audio).toMatchObject({ playlist: { isComplete: true } });
  expect(again.result.parts).toEqual([]);
  const silent = await worker.end(await request(fade(15), { keep: { variants: kept, audio: null } }));
  expect(silent.type).toBe("task.completed.v1");
  expect(silent.result.audio).toBeNull();
});

/** Five animations of two seconds: a chunk of 4 s, and one of 6 s. */
const lesson = (colour = 0): FakeRecord[] =>
  Array.from({ length: 5 }, (_, index): FakeRecord[] => [
    { step: `Create(Dot${index})`, frames: 30 },
    ...Array.from(
      { length: 30 },
      (_frame, frame): FakeRecord => ({
        frame: [index * 50, frame * 8, index === 4 ? colour : 0],
      }),
    ),
  ]).flat();

/** The bytes of a rendition's segments. */
const bytesOf = (parts: readonly RenditionPart[]) =>
  Promise.all(
    parts.flatMap(({ segments }) => segments.map(({ key }) => readFile(worker.store.path(key), "base64"))),
  );

test("a long animation is made of chunks that follow on one another without a gap", async () => {
  const { result } = await worker.end(await request(lesson()));
  for (const name of ["144p", "270p"]) {
    const parts = partsOf(result, name);
    expect(parts.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [0, 4_000],
      [4_000, null],
    ]);
    expect(parts.map(lengthOf)).toEqual([4_000, 6_000]);
    const path = await joinParts(worker.store, parts, name);
    expect(await holes(path)).toEqual([]);
    const times = await shownAt(path);
    expect(times).toHaveLength(150);
    expect(times.at(-1)).toBeCloseTo(10 - 1 / 15, 3);
  }
  expect(partsOf(result, "144p")[0]?.segments.map(({ durationMs }) => durationMs)).toEqual([
    1_000, 1_000, 2_000,
  ]);
  expect(partsOf(result, "144p")[1]?.segments.map(({ durationMs }) => durationMs)).toEqual([4_000, 2_000]);
});

test("an attempt continues after the finished chunks of an earlier one, with the same bytes", async () => {
  const whole = await worker.end(await request(lesson()));
  const [first] = [...new Set(whole.result.parts?.map(({ startMs }) => startMs))];
  const kept = (whole.result.parts ?? []).filter(({ startMs }) => startMs === first);
  expect(kept).toHaveLength(3);
  const keep = { variants: [], audio: null, parts: kept };
  const { result } = await worker.end(await request(lesson(), { keep }));
  expect(result.isRedrawn).toBeUndefined();
  for (const name of ["144p", "240p", "270p"]) {
    const [before, after] = [partsOf(whole.result, name), partsOf(result, name)];
    expect(after[0]).toEqual(before[0]);
    expect(after[1]?.segments[0]?.key).not.toBe(before[1]?.segments[0]?.key);
    expect(await bytesOf(after)).toEqual(await bytesOf(before));
  }
});

test("a script that draws other frames than before is drawn from its beginning", async () => {
  const before = await worker.end(await request(lesson()));
  const kept = (before.result.parts ?? []).filter(({ startMs }) => startMs === 0);
  const others = structuredClone(kept);
  for (const { drawn } of others) drawn?.animations.fill("0".repeat(16));
  const keep = { variants: [], audio: null, parts: others };
  const { result } = await worker.end(await request(lesson(), { keep }));
  expect(result.isRedrawn).toBe(true);
  expect(partsOf(result, "144p").map(({ startMs }) => startMs)).toEqual([0, 4_000]);
  expect(partsOf(result, "144p")[0]?.initKey).not.toBe(partsOf(before.result, "144p")[0]?.initKey);
});

test("chunks with the same frames as those of another animation are copied; others are encoded", async () => {
  const first = await worker.end(await request(lesson()));
  const known = first.result.parts ?? [];
  const again = await worker.end(await request(lesson(), { known }));
  expect(again.result.posterKey).not.toBeNull();
  expect(again.result.parts).toHaveLength(6);
  for (const { drawn, initKey } of again.result.parts ?? []) {
    expect(drawn?.copiedFrom).toBe(first.videoId);
    expect(initKey).toContain(again.attemptId);
  }
  for (const name of ["144p", "270p"])
    expect(await bytesOf(partsOf(again.result, name))).toEqual(await bytesOf(partsOf(first.result, name)));

  const edited = await worker.end(await request(lesson(200), { known }));
  const parts = partsOf(edited.result, "240p");
  expect(parts.map(({ drawn }) => drawn?.copiedFrom)).toEqual([first.videoId, undefined]);
  expect(await holes(await joinParts(worker.store, parts, "240p"))).toEqual([]);
  const whole = await worker.end(await request(lesson(200)));
  expect(await bytesOf(parts)).toEqual(await bytesOf(partsOf(whole.result, "240p")));
});

test("a copied chunk moves to its new place, and belongs to its own video", async () => {
  const first = await worker.end(await request(lesson()));
  const longer: FakeRecord[] = [
    { step: "Wait", frames: 90 },
    ...fade(90),
    // The third animation and those after it.
    ...lesson().slice(2 * 31),
  ];
  const known = first.result.parts ?? [];
  const { result } = await worker.end(await request(longer, { known }));
  const parts = partsOf(result, "144p");
  expect(parts.map(({ startMs, drawn }) => [startMs, drawn?.copiedFrom])).toEqual([
    [0, undefined],
    [6_000, first.videoId],
  ]);
  await worker.store.deletePrefix(objectKeys.video(first.videoId));
  const path = await joinParts(worker.store, parts, "144p");
  expect(await holes(path)).toEqual([]);
  const times = await shownAt(path);
  expect(times).toHaveLength(180);
  expect(times.at(-1)).toBeCloseTo(12 - 1 / 15, 3);
  // What is gone is encoded.
  const later = await worker.end(await request(longer, { known }));
  expect(partsOf(later.result, "144p").map(({ drawn }) => drawn?.copiedFrom)).toEqual([undefined, undefined]);
  expect(await bytesOf(partsOf(later.result, "144p"))).toEqual(await bytesOf(parts));
});
