import { expect, test } from "vitest";
import { JobPlan, planTasks, type SplitVideo, toSpans } from "./plan-tasks.ts";

const video: SplitVideo = {
  durationMs: 360_000,
  segmentDurationMs: 4_000,
  headEndMs: 8_000,
  variants: [
    { name: "144p", tier: "CRITICAL" },
    { name: "360p", tier: "CRITICAL" },
    { name: "720p", tier: "STANDARD" },
  ],
  sounds: ["audio"],
  speed: 2,
  slots: 2,
  isCopied: false,
};
const all = ["144p", "360p", "720p"];
const spansOf = (changes: Partial<SplitVideo>) =>
  planTasks({ ...video, ...changes }).tasks.filter(({ kind }) => kind === "CHUNK");

test("a six-minute video and two slots: six chunks of 44 s and six of 16 s, all variants from one decode, and the rest of the sound", () => {
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
    { kind: "AUDIO", startMs: 8_000, endMs: null, renditions: ["audio"], dueAfterMs: 8_000 },
    { kind: "CHUNK", startMs: 8_000, endMs: 52_000, renditions: all, dueAfterMs: 8_000 },
    { kind: "CHUNK", startMs: 52_000, endMs: 96_000, renditions: all, dueAfterMs: 52_000 },
  ]);
  expect(tasks.at(-2)).toMatchObject({ startMs: 336_000, endMs: 352_000 });
  expect(tasks.at(-1)).toMatchObject({ startMs: 352_000, endMs: null });
});

test.each([
  { durationMs: 30_500, slots: 1 },
  { durationMs: 61_234, slots: 3 },
  { durationMs: 600_000, slots: 8 },
  { durationMs: 5_400_000, slots: 1 },
  { durationMs: 5_400_000, slots: 512 },
  { durationMs: 86_400_000, slots: 64 },
])(
  "$durationMs ms on $slots slots: chunks follow on one another on the grid of segments, none tiny or long",
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

test("a plan that was kept says where each of its chunks begins, long and short", () => {
  const { plan, tasks } = planTasks({ ...video, slots: 8 });
  const chunks = tasks.filter(({ kind }) => kind === "CHUNK");
  expect(toSpans(JobPlan.parse(structuredClone(plan)))).toEqual(
    chunks.map(({ startMs, endMs }) => ({ startMs, endMs })),
  );
});

test("more slots make shorter chunks, down to one segment", () => {
  expect(spansOf({ slots: 1 })).toHaveLength(6);
  expect(spansOf({ slots: 8 })).toHaveLength(46);
  expect(spansOf({ slots: 512 })).toHaveLength(88);
});

test("where key frames are far apart chunks are as long as that, and the plan says why", () => {
  const { plan } = planTasks({ ...video, leadInMs: 150_500 });
  expect(plan).toMatchObject({ chunkMs: 152_000, chunks: 2 });
  expect(plan.reason).toContain("Its key frames are up to 151 s apart");
  expect(planTasks({ ...video, leadInMs: 10_000 }).plan).toEqual(planTasks(video).plan);
  // One key frame for all: one chunk.
  expect(planTasks({ ...video, leadInMs: 300_000 }).plan.chunks).toBe(1);
});

test("too slow for the whole ladder: the critical variants run ahead, in tasks of their own", () => {
  const { plan, tasks } = planTasks({ ...video, speed: 0.4 });
  expect(plan.groups).toEqual([["144p", "360p"], ["720p"]]);
  expect(plan.reason).toContain("the critical ones run ahead");
  const chunks = tasks.filter(({ kind }) => kind === "CHUNK");
  expect(chunks.slice(0, 12).every(({ renditions }) => renditions.length === 2)).toBe(true);
  expect(chunks.slice(12).every(({ renditions }) => renditions[0] === "720p")).toBe(true);
});

test("what one slot cannot do many can: together they are ahead", () => {
  expect(planTasks({ ...video, speed: 0.4, slots: 8 }).plan.groups).toEqual([all]);
});

test("where a copy of the source plays, one decode is enough unless everybody on a slow line would wait for long", () => {
  expect(planTasks({ ...video, speed: 0.4, isCopied: true }).plan.groups).toEqual([all]);
  expect(planTasks({ ...video, speed: 0.2, isCopied: true }).plan.groups).toHaveLength(2);
});

test("a ladder of one tier is one group, whatever the speed", () => {
  const variants = video.variants.slice(0, 2);
  expect(planTasks({ ...video, speed: 0.1, variants }).plan.groups).toEqual([["144p", "360p"]]);
});

test("nothing but sound left: no chunks", () => {
  expect(planTasks({ ...video, variants: [] }).tasks.map(({ kind }) => kind)).toEqual(["AUDIO"]);
});
