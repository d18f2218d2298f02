import { afterEach, beforeEach, expect, test } from "vitest";
import { workerRow } from "../testing/fleet-rows.ts";
import { attemptOf, createProjection } from "../testing/projection.ts";
import { estimate } from "./estimate.ts";
import { learnPace } from "./pace.ts";

const finished = (jobMs: number, durationMs: number, sizeBytes: number) => ({
  ...{ jobMs, durationMs, sizeBytes },
  pixels: 1_000_000,
});

test("the pace is estimated from length and pixels, else from bytes, else from the mean of all jobs", () => {
  const pace = learnPace([
    finished(3_000, 4_000, 1e6),
    finished(5_000, 8_000, 3e6),
    finished(9_000, 16_000, 2e6),
  ]);
  const known = { durationMs: 32_000, pixels: 1_000_000, sizeBytes: 1e6 };
  expect(pace(known)).toBeCloseTo(17_000);
  expect(pace({ ...known, durationMs: null })).toBeCloseTo(4_666.67, 1);
  expect(pace({ durationMs: null, pixels: null, sizeBytes: null })).toBeCloseTo(5_666.67, 1);
});

test("without a finished job the pace is unknown", () => {
  expect(learnPace([])({ durationMs: 1, pixels: 1, sizeBytes: 1 })).toBeNull();
});

let system: Awaited<ReturnType<typeof createProjection>>;
beforeEach(async () => {
  system = await createProjection();
});
afterEach(() => system[Symbol.asyncDispose]());

/** A job of the profile that took so long, of a source of so many bytes. */
async function done(profile: string, tookMs: number, sizeBytes: number): Promise<void> {
  const ref = await system.createQueuedVideo({ profile });
  const attempt = attemptOf(ref);
  await system.db.source.update({ where: { videoId: ref.videoId }, data: { sizeBytes } });
  await system.apply(attempt.started);
  system.passTime(tookMs);
  await system.apply(attempt.completed(1));
}

const worker = () => system.db.worker.create({ data: workerRow("w", { now: system.deps.clock() }) });

test("a job's estimate is based on jobs of the same profile and on the size of its source", async () => {
  await done("default", 10_000, 1_000_000);
  await done("download", 90_000, 1_000_000);
  await worker();
  const ref = await system.createQueuedVideo();
  await system.db.source.update({ where: { videoId: ref.videoId }, data: { sizeBytes: 3_000_000 } });
  const of = async () => (await estimate(system.db, [ref.jobId], system.deps.clock())).get(ref.jobId);
  expect(await of()).toBe(30_000);
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  system.passTime(12_000);
  expect(await of()).toBe(18_000);
  system.passTime(20_000);
  expect(await of()).toBeNull();
});
