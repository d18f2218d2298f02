import type { MeasuredNode } from "@takumi-rs/core";
import { expect, test } from "vitest";
import { isTextInside } from "./measure.ts";

const run = (text: string, x: number) => ({ text, x, y: 0, width: 20, height: 20 });
const box = (...runs: ReturnType<typeof run>[]) =>
  ({ width: 100, height: 40, transform: [1, 0, 0, 1, 0, 0], children: [], runs }) as unknown as MeasuredNode;

test("words must be inside of their box, but the space after the last one of a line need not", () => {
  expect(isTextInside(box(run("река", 79)))).toBe(true);
  expect(isTextInside(box(run("река", 79), run(" ", 99)))).toBe(true);
  expect(isTextInside(box(run("река ", 83)))).toBe(true);
  expect(isTextInside(box(run("река ", -3)))).toBe(true);
  expect(isTextInside(box(run("река", 83)))).toBe(false);
  expect(isTextInside(box(run("река ", 90)))).toBe(false);
});
