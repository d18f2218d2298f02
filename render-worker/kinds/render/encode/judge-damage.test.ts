import { expect, test } from "vitest";
import { judgeDamage } from "./judge-damage.ts";

const judge = (changes: Partial<Parameters<typeof judgeDamage>[0]> = {}) =>
  judgeDamage({
    ...{ startMs: 8_000, lengthMs: 16_000, frames: 100, lastMs: 12_000, frameRate: 25, isVariable: false },
    log: "[h264 @ 0x1] Invalid NAL unit size (0 > 5).",
    ...changes,
  });

test("frames or time missing from a part count as damage if the decoder reported errors", () => {
  expect(judge()).toEqual({ startMs: 8_000, endMs: 24_000, lostMs: 12_000 });
  expect(judge({ frames: 0, lastMs: 8_000 })?.lostMs).toBe(16_000);
});

test("a part with all its frames, with a frame near its end at a variable rate, or without errors is intact", () => {
  expect(judge({ lastMs: 23_960, isVariable: true })).toBeNull();
  expect(judge({ frames: 390 })).toBeNull();
  expect(judge({ log: "" })).toBeNull();
  expect(judge({ frameRate: null })).toBeNull();
});
