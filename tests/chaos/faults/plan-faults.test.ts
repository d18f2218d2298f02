import { expect, test } from "vitest";
import { createRandom } from "../random.ts";
import { lengthOf, subjectOf } from "./fault.ts";
import { planFaults } from "./plan-faults.ts";

const options = {
  durationMs: 600_000,
  apis: ["api-1", "api-2"],
  workers: ["worker-1", "worker-2"],
  links: ["api-1>postgres", "worker-1>broker"],
  canFill: true,
};
const plan = (seed: number, changes: Partial<typeof options> = {}) =>
  planFaults(createRandom(seed), { ...options, ...changes });

test("the same seed yields the same faults, another seed other faults", () => {
  expect(plan(5)).toEqual(plan(5));
  expect(plan(5)).not.toEqual(plan(6));
});

test("a long run contains every kind of fault, and freezes shorter and longer than the lease", () => {
  const faults = plan(1).map(({ fault }) => fault);
  expect([...new Set(faults.map(({ kind }) => kind))].toSorted()).toEqual([
    "cut",
    "delay",
    "disk-full",
    "freeze",
    "half-open",
    "kill",
  ]);
  const freezes = faults.filter(({ kind }) => kind === "freeze").map(lengthOf);
  expect(Math.min(...freezes)).toBeLessThan(30_000);
  expect(Math.max(...freezes)).toBeGreaterThan(30_000);
});

test("no component has two concurrent faults, and all faults end in time", () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const freeAt = new Map<string, number>();
    for (const { atMs, fault } of plan(seed, { durationMs: 90_000 })) {
      expect(atMs + lengthOf(fault)).toBeLessThanOrEqual(90_000);
      expect(atMs).toBeGreaterThanOrEqual(freeAt.get(subjectOf(fault)) ?? 0);
      freeAt.set(subjectOf(fault), atMs + lengthOf(fault));
    }
  }
});

test("no full-disk fault is planned for a store that cannot be filled", () => {
  expect(plan(1, { canFill: false }).filter(({ fault }) => fault.kind === "disk-full")).toEqual([]);
});
