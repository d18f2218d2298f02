import { expect, test } from "vitest";
import { describeEvent } from "./describe-event.ts";

test("an event becomes one line: its variant, its words and its figures", () => {
  expect(
    describeEvent({ name: "720p", number: 2, mean: 0.9602400000000001, code: "ENCODER_FAILED" }, "720p"),
  ).toBe("720p, number 2, mean 0.96, ENCODER_FAILED");
});

test("ids, nested values and nothing are left out; long words are cut", () => {
  expect(describeEvent({ jobId: "x", id: "y", nested: { a: 1 }, none: null }, null)).toBe("");
  expect(describeEvent({ message: "m".repeat(200) }, null)).toHaveLength(120);
  expect(describeEvent(null, null)).toBe("");
});
