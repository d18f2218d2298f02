import { memoryUsage } from "node:process";
import { expect, test } from "vitest";
import { WorkerMemory } from "./worker-memory.ts";

const mib = 1024 ** 2;

/** A worker with this much memory for programs at one task at a time. */
const workerOf = (bytes: number, slots = 1) => {
  const memoryBytes = (bytes + memoryUsage.rss() + 64 * mib) / 0.85;
  return new WorkerMemory(
    { memoryBytes, memoryFrom: "cgroup", cpus: 2, machineCpus: 2, usedBytes: 0 },
    slots,
  );
};

test("a worker reserves more memory for itself for each additional slot", () => {
  const one = workerOf(1_000 * mib, 1).budget.capacityBytes;
  const four = workerOf(1_000 * mib, 4).budget.capacityBytes;
  expect((one - four) / mib).toBeCloseTo(96, -1);
});
