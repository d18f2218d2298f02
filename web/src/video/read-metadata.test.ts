import { expect, test } from "vitest";
import { embedCode } from "./embed-code.ts";
import { readMetadata } from "./read-metadata.ts";

test("metadata is one JSON object; nothing is the empty one", () => {
  expect(readMetadata('{ "a": 1 }')).toEqual({ isOk: true, value: { a: 1 } });
  expect(readMetadata("  ")).toEqual({ isOk: true, value: {} });
  for (const text of ["[1]", "1", '"a"', "null", "{"]) expect(readMetadata(text).isOk, text).toBe(false);
});

test("the embed code names the video's own page", () => {
  expect(embedCode("https://reelay.example", "VmlkZW86MQ==")).toContain(
    'src="https://reelay.example/watch/VmlkZW86MQ%3D%3D"',
  );
});
