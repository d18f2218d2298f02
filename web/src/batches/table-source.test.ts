import { expect, test } from "vitest";
import { fitsRequest } from "./table-source.ts";

test("a text is measured as a request carries it, with its quotes escaped", () => {
  expect(fitsRequest("x".repeat(890_000))).toBe(true);
  expect(fitsRequest("ä".repeat(500_000))).toBe(false);
  expect(fitsRequest('"a","b"\n'.repeat(100_000))).toBe(false);
});
