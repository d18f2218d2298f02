import { expect, test } from "vitest";
import { type Pace, secondsLeft } from "./expect-end.ts";

const before: Pace = {
  ...{ leftSeconds: 1_000, longestSeconds: 10, meanSeconds: 10, slots: 4 },
  ...{ takenSeconds: 0, elapsedSeconds: 0 },
};

test("before any video is finished, all slots are expected to work for the batch", () => {
  expect(secondsLeft(before)).toBe(250);
});

test("videos that waited for others, or for their machine, move the end away", () => {
  // Of four slots, one worked for it.
  const shared = secondsLeft({ ...before, takenSeconds: 200, elapsedSeconds: 200 });
  expect(shared).toBeGreaterThan(750);
  expect(shared).toBeLessThan(1_000);
  const alone = secondsLeft({ ...before, takenSeconds: 200, elapsedSeconds: 50 });
  expect(alone).toBe(250);
});

test("the last video takes its own time, however many slots are free", () => {
  expect(secondsLeft({ ...before, leftSeconds: 8, longestSeconds: 8 })).toBe(8);
});
