import { expect, test } from "vitest";
import { fitLine } from "./fit-line.ts";

const at = (x: number, y: number) => ({ x, y });

test("the fixed share of every job is separated from the share that grows with size", () => {
  const line = fitLine([at(10, 7_000), at(20, 12_000), at(40, 22_000)]);
  expect(line?.(100)).toBeCloseTo(52_000);
  expect(line?.(0)).toBeCloseTo(2_000);
});

test.each([
  ["one point", [at(10, 5_000)]],
  ["two points", [at(10, 4_000), at(10, 6_000)]],
  ["points at one size", [at(10, 4_000), at(10, 6_000), at(10, 5_000)]],
  ["a falling line", [at(5, 9_000), at(10, 5_000), at(15, 1_000)]],
  ["a negative intercept", [at(9, 0), at(10, 5_000), at(11, 10_000)]],
])("with %s the estimate is proportional", (_what, points) => {
  expect(fitLine(points)?.(20)).toBeCloseTo(10_000);
});

test("without a usable point there is no estimate", () => {
  expect(fitLine([])).toBeNull();
  expect(fitLine([at(0, 5)])).toBeNull();
});
