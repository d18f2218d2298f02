import { expect, test } from "vitest";
import { judgeDamage } from "./judge-damage.ts";

const judge = (changes: Partial<Parameters<typeof judgeDamage>[0]> = {}) =>
  judgeDamage({
    ...{ startMs: 8_000, lengthMs: 16_000, frames: 100, lastMs: 12_000, frameRate: 25, isVariable: false },
    log: "[h264 @ 0x1] Invalid NAL unit size (0 > 5).",
    ...changes,
  });

test("what of a part is missing, by pictures and by time, is damage where the decoder complained", () => {
  expect(judge()).toEqual({ startMs: 8_000, endMs: 24_000, lostMs: 12_000 });
  expect(judge({ frames: 0, lastMs: 8_000 })?.lostMs).toBe(16_000);
});

test("a part is whole that has all its pictures, or at a variable rate one at its end, or of which the decoder said nothing", () => {
  expect(judge({ lastMs: 23_960, isVariable: true })).toBeNull();
  expect(judge({ frames: 390 })).toBeNull();
  expect(judge({ log: "" })).toBeNull();
  expect(judge({ frameRate: null })).toBeNull();
});
