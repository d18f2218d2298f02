import { expect, test } from "vitest";
import { readMetadata } from "./read-metadata.ts";

test("metadata is one JSON object, and empty text is the empty object", () => {
  expect(readMetadata('{ "a": 1 }')).toEqual({ isOk: true, value: { a: 1 } });
  expect(readMetadata("  ")).toEqual({ isOk: true, value: {} });
  for (const text of ["[1]", "1", '"a"', "null", "{"]) expect(readMetadata(text).isOk, text).toBe(false);
});
