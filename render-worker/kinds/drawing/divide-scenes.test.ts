import { expect, test } from "vitest";
import { planShare } from "./divide-scenes.ts";

const even = (chunks: number) => Array.from({ length: chunks }, () => 100);

test("the first worker draws its share, from the chunk that it is drawing", () => {
  expect(planShare(even(12), { from: 0, workers: 3, least: 160 })).toBe(4);
  expect(planShare(even(12), { from: 6, workers: 3, least: 160 })).toBe(8);
  expect(planShare(even(12), { from: 9, workers: 16, least: 160 })).toBe(10);
});

test("chunks that are finished or copied cost nothing", () => {
  const costs = [100, 100, 0, 0, 0, 0, 0, 0, 100, 100, 100, 100];
  expect(planShare(costs, { from: 0, workers: 3, least: 160 })).toBe(2);
  expect(planShare(costs, { from: 0, workers: 2, least: 160 })).toBe(9);
});

test("a rest that is not worth another painter is drawn by the first worker", () => {
  expect(planShare(even(3), { from: 0, workers: 2, least: 160 })).toBe(3);
  expect(planShare([100, 0, 0, 0, 100], { from: 0, workers: 4, least: 160 })).toBe(5);
  expect(planShare(even(4), { from: 3, workers: 4, least: 160 })).toBe(4);
});
