import { expect, test } from "vitest";
import { JobPlan, type PlannedPart, planTasks, type SplitVideo, toSpans } from "./plan-tasks.ts";

const video: SplitVideo = {
  durationMs: 360_000,
  segmentDurationMs: 4_000,
  headEndMs: 8_000,
  variants: [
    { name: "144p", tier: "CRITICAL" },
    { name: "360p", tier: "CRITICAL" },
    { name: "720p", tier: "STANDARD" },
  ],
  audioTracks: ["audio"],
  speed: 2,
  slots: 2,
  isCopied: false,
};
const all = ["144p", "360p", "720p"];
const chunksOf = (tasks: readonly PlannedPart[]) =>
  tasks.filter(({ kind }) => kind === "CHUNK").map(({ params }) => params);
const planned = (kind: string, part: { startMs: number; endMs: number | null; renditions: string[] }) => ({
  ...{ kind, params: { version: 1, ...part }, dueAfterMs: part.startMs },
});
const spansOf = (changes: Partial<SplitVideo>) => chunksOf(planTasks({ ...video, ...changes }).tasks);

test("six minutes on two slots: six chunks of 44 s and six of 16 s, one decode for all variants, and the audio", () => {
  const { plan, tasks } = planTasks(video);
  expect(plan).toEqual({
    headEndMs: 8_000,
    chunkMs: 44_000,
    chunks: 12,
    tail: { chunkMs: 16_000, chunks: 6 },
    groups: [all],
    speed: 2,
    slots: 2,
    reason:
      "The head of 8 s comes first; the rest of 352 s is in 12 chunks of about 44 s, the last 6 of 16 s. One slot encodes 2.00 s of it per second.",
  });
  expect(tasks.slice(0, 3)).toEqual([
    planned("AUDIO", { startMs: 8_000, endMs: null, renditions: ["audio"] }),
    planned("CHUNK", { startMs: 8_000, endMs: 52_000, renditions: all }),
    planned("CHUNK", { startMs: 52_000, endMs: 96_000, renditions: all }),
  ]);
  expect(tasks.at(-2)?.params).toMatchObject({ startMs: 336_000, endMs: 352_000 });
  expect(tasks.at(-1)?.params).toMatchObject({ startMs: 352_000, endMs: null });
});

test.each([
  { durationMs: 30_500, slots: 1 },
  { durationMs: 61_234, slots: 3 },
  { durationMs: 600_000, slots: 8 },
  { durationMs: 5_400_000, slots: 1 },
  { durationMs: 5_400_000, slots: 512 },
  { durationMs: 86_400_000, slots: 64 },
])(
  "$durationMs ms on $slots slots: chunks are contiguous, aligned to segments and of reasonable length",
  (changes) => {
    const chunks = spansOf(changes);
    expect(chunks[0]?.startMs).toBe(8_000);
    for (const [index, { startMs, endMs }] of chunks.entries()) {
      expect(startMs % video.segmentDurationMs).toBe(0);
      expect(endMs).toBe(chunks[index + 1]?.startMs ?? null);
      const length = (endMs ?? changes.durationMs) - startMs;
      expect(length).toBeGreaterThanOrEqual(4_000);
      expect(length).toBeLessThanOrEqual(90_000);
    }
  },
);

test("a stored plan states the start of each of its chunks, long and short", () => {
  const { plan, tasks } = planTasks({ ...video, slots: 8 });
  const chunks = chunksOf(tasks);
  expect(toSpans(JobPlan.parse(structuredClone(plan)))).toEqual(
    chunks.map(({ startMs, endMs }) => ({ startMs, endMs })),
  );
});

test("more slots make shorter chunks, down to one segment", () => {
  expect(spansOf({ slots: 1 })).toHaveLength(6);
  expect(spansOf({ slots: 8 })).toHaveLength(46);
  expect(spansOf({ slots: 512 })).toHaveLength(88);
});

test("chunks are as long as the distance between key frames, and the plan states the reason", () => {
  const { plan } = planTasks({ ...video, leadInMs: 150_500 });
  expect(plan).toMatchObject({ chunkMs: 152_000, chunks: 2 });
  expect(plan.reason).toContain("Its key frames are up to 151 s apart");
  expect(planTasks({ ...video, leadInMs: 10_000 }).plan).toEqual(planTasks(video).plan);
  // One key frame for all: one chunk.
  expect(planTasks({ ...video, leadInMs: 300_000 }).plan.chunks).toBe(1);
});

test("if one slot is too slow for the whole ladder, separate tasks render the critical variants first", () => {
  const { plan, tasks } = planTasks({ ...video, speed: 0.4 });
  expect(plan.groups).toEqual([["144p", "360p"], ["720p"]]);
  expect(plan.reason).toContain("the critical ones run ahead");
  const chunks = chunksOf(tasks);
  expect(chunks.slice(0, 12).every(({ renditions }) => renditions.length === 2)).toBe(true);
  expect(chunks.slice(12).every(({ renditions }) => renditions[0] === "720p")).toBe(true);
});

test("several slots that are fast enough together need no separate tasks", () => {
  expect(planTasks({ ...video, speed: 0.4, slots: 8 }).plan.groups).toEqual([all]);
});

test("a playable copy of the source makes one decode enough unless slow connections would wait too long", () => {
  expect(planTasks({ ...video, speed: 0.4, isCopied: true }).plan.groups).toEqual([all]);
  expect(planTasks({ ...video, speed: 0.2, isCopied: true }).plan.groups).toHaveLength(2);
});

test("a ladder of one tier is one group, whatever the speed", () => {
  const variants = video.variants.slice(0, 2);
  expect(planTasks({ ...video, speed: 0.1, variants }).plan.groups).toEqual([["144p", "360p"]]);
});

test("a video with only audio left needs no chunks", () => {
  expect(planTasks({ ...video, variants: [] }).tasks.map(({ kind }) => kind)).toEqual(["AUDIO"]);
});
