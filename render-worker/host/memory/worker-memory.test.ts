import { memoryUsage } from "node:process";
import { expect, test } from "vitest";
import { planLadder } from "../../media/ladder/plan-ladder.ts";
import { describeForMemory } from "../../media/probe/describe-for-memory.ts";
import { sourceOf } from "../../testing/fixtures.ts";
import { defaultProfile } from "../../testing/kit.ts";
import { NeedsMoreMemoryError } from "./needs-more-memory.ts";
import { WorkerMemory } from "./worker-memory.ts";

const mib = 1024 ** 2;

const source = sourceOf({ width: 1920, height: 1080, frameRate: 30 });
const { rungs } = planLadder(defaultProfile, source.probe);
const work = {
  ...{ source: describeForMemory(source), rungs, withAudio: true },
  outOfMemory: 0,
};

/** A worker that leaves its programs so much, if it does one task at a time. */
const workerOf = (bytes: number, slots = 1) => {
  const memoryBytes = (bytes + memoryUsage.rss() + 64 * mib) / 0.85;
  return new WorkerMemory(
    { memoryBytes, memoryFrom: "cgroup", cpus: 2, machineCpus: 2, usedBytes: 0 },
    slots,
  );
};

test("a worker of 2 GiB makes the default ladder of a 1080p source all at once", () => {
  // 85 %, less what a worker takes.
  const planned = workerOf(1_400 * mib, 2).plan(work);
  expect([planned.passes.length, planned.givenThreads]).toEqual([1, undefined]);
});

test("one render that held far too much makes later ones wait until they are alone, and never go", () => {
  const memory = workerOf(700 * mib);
  const first = memory.plan(work);
  expect(first.passes).toHaveLength(1);
  memory.learn(first, 24 * first.estimatedBytes);
  const second = memory.plan(work);
  expect(second.passes.length).toBeGreaterThan(1);
  expect(second.bytes).toBeLessThanOrEqual(memory.budget.capacityBytes + 8 * mib);
  const smallest = workerOf(400 * mib);
  smallest.learn(first, 24 * first.estimatedBytes);
  const alone = smallest.plan(work);
  expect(Math.abs(alone.bytes - smallest.budget.capacityBytes)).toBeLessThan(8 * mib);
});

test("killed once it is tried again alone in the smallest way; killed twice it needs a larger worker", () => {
  const memory = workerOf(500 * mib);
  const once = memory.plan({ ...work, outOfMemory: 1 });
  expect(once.passes).toHaveLength(rungs.length);
  expect(() => memory.plan({ ...work, outOfMemory: 2 })).toThrow(NeedsMoreMemoryError);
});

test("the more tasks a worker does at once the more it keeps for itself", () => {
  const one = workerOf(1_000 * mib, 1).budget.capacityBytes;
  const four = workerOf(1_000 * mib, 4).budget.capacityBytes;
  expect((one - four) / mib).toBeCloseTo(96, -1);
});
