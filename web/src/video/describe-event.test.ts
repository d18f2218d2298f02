import { expect, test } from "vitest";
import { describeEvent } from "./describe-event.ts";

test("an event is described on one line by its variant, text values and figures", () => {
  expect(
    describeEvent({ name: "720p", number: 2, mean: 0.9602400000000001, code: "ENCODER_FAILED" }, "720p"),
  ).toBe("720p, number 2, mean 0.96, ENCODER_FAILED");
});

test("ids, nested values and nulls are omitted, and long texts are truncated", () => {
  expect(describeEvent({ jobId: "x", id: "y", nested: { a: 1 }, none: null }, null)).toBe("");
  expect(describeEvent({ message: "m".repeat(200) }, null)).toHaveLength(120);
  expect(describeEvent(null, null)).toBe("");
});
