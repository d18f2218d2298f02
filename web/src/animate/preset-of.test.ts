import { expect, test } from "vitest";
import { presetOf } from "./preset-of.ts";

test("a size names its preset", () => {
  const presets = [
    [854, 480],
    [720, 1280],
    [1080, 1080],
    [2560, 1440],
    [2160, 3840],
  ].map(([width = 0, height = 0]) => presetOf({ width, height }));
  expect(presets.map(({ quality, aspectRatio }) => `${quality} ${aspectRatio}`)).toEqual([
    "LOW WIDE",
    "MEDIUM TALL",
    "HIGH SQUARE",
    "PRODUCTION WIDE",
    "FOUR_K TALL",
  ]);
});
