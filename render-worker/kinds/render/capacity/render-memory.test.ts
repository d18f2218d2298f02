import { memoryUsage } from "node:process";
import { expect, test } from "vitest";
import { NeedsMoreMemoryError } from "../../../host/memory/needs-more-memory.ts";
import { WorkerMemory } from "../../../host/memory/worker-memory.ts";
import { planLadder } from "../../../media/ladder/plan-ladder.ts";
import { describeForMemory } from "../../../media/probe/source-file.ts";
import { sourceOf } from "../../../testing/fixtures.ts";
import { defaultProfile } from "../../../testing/kit.ts";
import { RenderMemory } from "./render-memory.ts";

const mib = 1024 ** 2;

const source = sourceOf({ width: 1920, height: 1080, frameRate: 30 });
const { rungs } = planLadder(defaultProfile, source.probe);
const work = {
  ...{ source: describeForMemory(source), rungs, withAudio: true },
  outOfMemory: 0,
};

/** A worker with this much memory for programs at one task at a time. */
const workerOf = (bytes: number, slots = 1) => {
  const memoryBytes = (bytes + memoryUsage.rss() + 64 * mib) / 0.85;
  return new WorkerMemory(
    { memoryBytes, memoryFrom: "cgroup", cpus: 2, machineCpus: 2, usedBytes: 0 },
    slots,
  );
};

test("a worker of 2 GiB encodes the default ladder of a 1080p source in one pass", () => {
  // 85 %, minus the worker's own memory.
  const planned = new RenderMemory().plan(workerOf(1_400 * mib, 2), work);
  expect([planned.passes.length, planned.givenThreads]).toEqual([1, undefined]);
});

test("after one render far over its estimate, later renders run alone but are never refused", () => {
  const memory = workerOf(700 * mib);
  const renders = new RenderMemory();
  const first = renders.plan(memory, work);
  expect(first.passes).toHaveLength(1);
  renders.learn(first, 24 * first.estimatedBytes);
  const second = renders.plan(memory, work);
  expect(second.passes.length).toBeGreaterThan(1);
  expect(second.bytes).toBeLessThanOrEqual(memory.budget.capacityBytes + 8 * mib);
  const smallest = workerOf(400 * mib);
  renders.learn(first, 24 * first.estimatedBytes);
  const alone = renders.plan(smallest, work);
  expect(Math.abs(alone.bytes - smallest.budget.capacityBytes)).toBeLessThan(8 * mib);
});

test("a render is retried alone with the smallest plan after one OOM kill, and needs a larger worker after two", () => {
  const memory = workerOf(500 * mib);
  const renders = new RenderMemory();
  const once = renders.plan(memory, { ...work, outOfMemory: 1 });
  expect(once.passes).toHaveLength(rungs.length);
  expect(() => renders.plan(memory, { ...work, outOfMemory: 2 })).toThrow(NeedsMoreMemoryError);
});
