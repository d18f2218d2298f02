import { expect, test } from "vitest";
import { h264Level } from "./h264-level.ts";

test.each([
  [256, 144, 30, 200_000, "1.2"],
  [640, 360, 30, 800_000, "3"],
  [1280, 720, 30, 3_500_000, "3.1"],
  [1920, 1080, 30, 6_000_000, "4"],
  [1920, 1080, 60, 9_000_000, "4.2"],
  [3840, 2160, 60, 36_000_000, "5.2"],
  [7680, 4320, 60, 80_000_000, "6.1"],
])("%ix%i at %i fps and %i b/s needs level %s", (width, height, frameRate, bitrateBps, level) => {
  expect(h264Level({ width, height, frameRate, bitrateBps })).toBe(level);
});
