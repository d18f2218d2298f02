import { expect, test } from "vitest";
import { findDifferences } from "./same-shape.ts";

test("objects with the same fields and other values have the same shape", () => {
  const shown = { id: "…", list: [{ at: 1 }], free: {}, none: null };
  expect(
    findDifferences(shown, { id: "x", list: [{ at: 2 }, { at: 3 }], free: { a: 1 }, none: "y" }),
  ).toEqual([]);
});

test("an extra field, a missing field and another type are reported with their path", () => {
  expect(
    findDifferences({ a: { b: 1, c: "" }, l: [{ x: 1 }] }, { a: { b: "1", d: 1 }, l: [{ x: [] }] }),
  ).toEqual([
    "answer.a.c is shown, and is not there",
    "answer.a.d is not shown",
    "answer.a.b is shown as number, and is string",
    "answer.l[0].x is shown as number, and is array",
  ]);
});
