import { expect, test } from "vitest";
import { longestGop, planCuts } from "./plan-cuts.ts";

const keysAt = (...seconds: number[]) =>
  seconds.map((second) => ({ timeMs: second * 1000, bytesBefore: second }));
const everySeconds = (distance: number, end: number) =>
  keysAt(...Array.from({ length: Math.ceil(end / distance) }, (_, key) => key * distance));

test.each([
  ["keyframes every two seconds give segments of four", everySeconds(2, 20), 20, 4_000, [0, 1, 2, 4, 6, 8]],
  ["with close keyframes the first segments are short", everySeconds(0.5, 12), 12, 4_000, [0, 2, 4, 8, 16]],
  ["keyframes every three seconds: three or six", everySeconds(3, 15), 15, 4_000, [0, 1, 2, 3, 4]],
  ["with distant keyframes, each starts a segment", everySeconds(10, 40), 40, 4_000, [0, 1, 2, 3]],
  ["a single keyframe gives one segment", keysAt(0), 3, 4_000, [0]],
  [
    "a segment that would become too long is cut at an earlier keyframe",
    keysAt(0, 4, 7.9, 12.2),
    14,
    2_000,
    [0, 1, 2, 3],
  ],
  ["a segment is cut at every keyframe if needed", keysAt(0, 0.3, 0.6, 10.55), 12, 1, [0, 1, 2, 3]],
])("%s", (_promise, keyFrames, end, borderMs, at) => {
  expect(planCuts(keyFrames, end * 1000, 4_000)).toMatchObject({ borderMs, at });
});

test("the span from the last keyframe to the end counts as well", () => {
  expect(longestGop(keysAt(0, 2), 15_000)).toBe(13_000);
});
