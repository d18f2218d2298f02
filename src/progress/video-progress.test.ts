import { expect, test } from "vitest";
import { videoProgress } from "./video-progress.ts";

const variant = (
  status: "PENDING" | "RENDERING" | "READY" | "SKIPPED" | "FAILED",
  fraction: number,
  height = 100,
  name = `${height}p`,
) => ({
  name,
  status,
  fraction,
  height,
  width: height,
});

test("a video's progress is that of its variants, weighted by their pixels", () => {
  expect(videoProgress("PROCESSING", [])).toBe(0);
  expect(videoProgress("PROCESSING", [variant("READY", 1), variant("PENDING", 0)])).toBe(0.5);
  expect(videoProgress("PROCESSING", [variant("READY", 1, 100), variant("RENDERING", 0.5, 300)])).toBeCloseTo(
    0.55,
  );
});

test("skipped variants do not count", () => {
  expect(videoProgress("PROCESSING", [variant("RENDERING", 0.25), variant("SKIPPED", 0, 4_000)])).toBe(0.25);
});

test("a copied source does not count, as it needs no encoding, unless it is the only variant", () => {
  const source = variant("READY", 1, 1080, "source");
  expect(videoProgress("PLAYABLE", [variant("RENDERING", 0.25, 360), source])).toBe(0.25);
  expect(videoProgress("PLAYABLE", [{ ...source, status: "RENDERING", fraction: 0.5 }])).toBe(0.5);
});

test("the progress is 1 if and only if the video is READY", () => {
  expect(videoProgress("READY", [variant("READY", 1), variant("FAILED", 0.3)])).toBe(1);
  expect(videoProgress("PLAYABLE", [variant("RENDERING", 1)])).toBeLessThan(1);
  expect(videoProgress("PLAYABLE", [variant("READY", 1)])).toBeLessThan(1);
});
