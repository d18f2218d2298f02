import { randomUUID } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { LoadedVideo } from "./loaded-video.ts";
import { createProgressTable } from "./progress-table.ts";
import { progressed } from "./testing/rendering-video.ts";

const ref = { workspaceId: randomUUID(), videoId: randomUUID(), jobId: randomUUID(), taskId: randomUUID() };
const attempts = [randomUUID(), randomUUID(), randomUUID()];
const videoWith = (attempt: number) => ({ ...ref, attemptId: attempts[attempt] ?? "" });

/** The video as the database has it while an attempt is open. */
function loaded(attempt: number, jobId: string = ref.jobId): LoadedVideo {
  const variants = ["144p", "360p", "720p"].map((name) => ({
    name,
    status: "RENDERING",
    fraction: 0,
    frames: 0,
    sizeBytes: 0n,
  }));
  const row = { id: ref.videoId, revision: attempt, variants };
  return {
    row: row as unknown as LoadedVideo["row"],
    jobId,
    holders: [{ id: attempts[attempt] ?? "", progressSequence: 0, step: null }],
    shares: null,
  };
}

const createTable = (maxVideos = 100, watched: string[] = []) =>
  createProgressTable({ maxVideos, now: () => 0, isWatched: (videoId) => watched.includes(videoId) });

test("no value that a viewer sees decreases, whatever the order, repetition and loss of reports", () => {
  const report = fc.record({
    attempt: fc.integer({ min: 0, max: 2 }),
    sequence: fc.integer({ min: 1, max: 50 }),
  });
  // Each step: some reports of any attempt arrive, then the video is shown while a given (later or equal)
  // attempt holds the lease.
  const steps = fc.array(fc.tuple(fc.array(report, { maxLength: 8 }), fc.boolean()), { maxLength: 40 });
  fc.assert(
    fc.property(steps, (all) => {
      const table = createTable();
      let holder = 0;
      let before = table.overlay(loaded(holder)).snapshot.variants;
      for (const [reports, isLost] of all) {
        for (const { attempt, sequence } of reports) {
          table.hear(progressed(videoWith(attempt), sequence, sequence / 50));
        }
        if (isLost) holder = Math.min(holder + 1, 2);
        const { variants } = table.overlay(loaded(holder)).snapshot;
        for (const [index, variant] of variants.entries()) {
          const earlier = before[index];
          expect(variant.fraction).toBeGreaterThanOrEqual(earlier?.fraction ?? 0);
          expect(variant.frames).toBeGreaterThanOrEqual(earlier?.frames ?? 0);
          expect(variant.sizeBytes >= (earlier?.sizeBytes ?? 0n)).toBe(true);
        }
        before = variants;
      }
    }),
  );
});

test("the newest report of the lease holder is shown, whatever the order of arrival", () => {
  const sequences = fc.shuffledSubarray(
    Array.from({ length: 20 }, (_, index) => index + 1),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(sequences, (order) => {
      const table = createTable();
      for (const sequence of order) table.hear(progressed(videoWith(0), sequence, sequence / 20));
      const { snapshot, position } = table.overlay(loaded(0));
      const newest = Math.max(...order);
      expect(position.sequence).toBe(newest);
      expect(snapshot.variants[0]?.fraction).toBe(newest / 20);
    }),
  );
});

test("memory is bounded: the videos with the oldest reports are evicted, watched videos are not", () => {
  const watched = randomUUID();
  const table = createTable(10, [watched]);
  table.hear(progressed({ ...videoWith(0), videoId: watched }, 1, 0.5));
  for (let each = 0; each < 1_000; each += 1) {
    table.hear(progressed({ ...videoWith(0), videoId: randomUUID() }, 1, 0.5));
  }
  expect(table.size).toBe(10);
  expect(table.newest(watched)?.sequence).toBe(1);
});

test("a video keeps the progress of as many attempts as may run concurrently", () => {
  const table = createTable();
  const first = { ...videoWith(0), attemptId: randomUUID() };
  table.hear(progressed(first, 1, 0.5));
  const others = (count: number) => {
    for (let each = 0; each < count; each += 1) {
      table.hear(progressed({ ...videoWith(0), attemptId: randomUUID() }, 1, 0.5));
    }
  };
  others(1_023);
  expect(table.variant(ref.videoId, first.attemptId, "144p")?.fraction).toBe(0.5);
  others(1);
  expect(table.variant(ref.videoId, first.attemptId, "144p")).toBeUndefined();
});

test("memory is bounded regardless of the number of attempts per video", () => {
  const table = createTable(10);
  for (let video = 0; video < 10; video += 1) {
    const videoId = randomUUID();
    for (let each = 0; each < 20; each += 1) {
      table.hear(progressed({ ...videoWith(0), videoId, attemptId: randomUUID() }, 1, 0.5));
    }
  }
  // Of 4 attempts each on average.
  expect(table.size).toBe(2);
});

test("videos without recent reports are evicted unless they are watched", () => {
  const table = createTable(100, [ref.videoId]);
  table.hear(progressed(videoWith(0), 1, 0.5));
  table.hear(progressed({ ...videoWith(0), videoId: randomUUID() }, 1, 0.5));
  table.evict(1);
  expect(table.size).toBe(1);
});

test("steps of an attempt that is not known yet are shown once it is, in order and once", () => {
  const table = createTable(100, [ref.videoId]);
  table.overlay(loaded(0));
  let sequence = 0;
  const hear = (index: number, fraction = 0) => {
    const { detail, ...report } = progressed(videoWith(1), (sequence += 1), 0);
    const step = { index, count: 5, name: `Create(${index})`, fraction };
    return table.hear({ ...report, kind: "ANIMATION", detail: { ...detail, step } });
  };
  const show = () => {
    const { snapshot, passed } = table.overlay(loaded(1));
    return [...passed, snapshot.step].map((shown) => shown?.step.index);
  };
  expect([hear(0), hear(0, 0.5), hear(1), hear(2)]).toEqual(["STEP", "PROGRESS", "STEP", "STEP"]);
  expect(show()).toEqual([0, 1, 2]);
  expect(show()).toEqual([2]);
  expect(hear(3)).toBe("STEP");
  expect(show()).toEqual([3]);
  hear(4);
  expect(hear(1)).toBe("PROGRESS");
  expect(show()).toEqual([4]);
});

test("steps that a report passes on are shown before its own, and none again", () => {
  const table = createTable(100, [ref.videoId]);
  table.overlay(loaded(0));
  const hear = (sequence: number, passed: number[], index: number) => {
    const { detail, ...report } = progressed(videoWith(0), sequence, 0);
    const step = (at: number) => ({ index: at, count: 200, name: `Create(${at})`, fraction: 0 });
    return table.hear({
      ...report,
      kind: "ANIMATION",
      detail: { ...detail, step: step(index), passed: passed.map(step) },
    });
  };
  const show = () => {
    const { snapshot, passed } = table.overlay(loaded(0));
    return [...passed, snapshot.step].map((shown) => shown?.step.index);
  };
  expect(hear(1, [0, 1], 2)).toBe("STEP");
  expect(hear(2, [3], 4)).toBe("STEP");
  expect(show()).toEqual([0, 1, 2, 3, 4]);
  expect(hear(2, [5], 6)).toBe("OLD");
  expect(hear(3, [2, 4], 4)).toBe("PROGRESS");
  expect(show()).toEqual([4]);
  const many = Array.from({ length: 64 }, (_, at) => at + 5);
  hear(4, many, 69);
  expect(show()).toEqual([...many, 69]);
});
