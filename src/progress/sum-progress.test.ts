import { expect, test } from "vitest";
import { restAfter, type Share, sumProgress } from "./sum-progress.ts";

const share = (spanMs: number, doneMs: number, more: Partial<Share> = {}): Share => ({
  spanMs,
  doneMs,
  frames: 0,
  sizeBytes: 0,
  fps: null,
  speed: null,
  ...more,
});

test.each<[string, Share[], Partial<ReturnType<typeof sumProgress>>]>([
  ["no task has started", [share(8_000, 0), share(92_000, 0)], { fraction: 0, speed: null, etaMs: null }],
  [
    "the head is half done",
    [share(8_000, 4_000, { speed: 2 }), share(92_000, 0)],
    { fraction: 0.04, etaMs: 48_000 },
  ],
  [
    "tasks are weighted by their span, and their rates add up",
    [
      share(20_000, 20_000),
      share(60_000, 30_000, { fps: 50, speed: 2 }),
      share(20_000, 0, { fps: 100, speed: 3 }),
    ],
    { fraction: 0.5, fps: 150, speed: 5, etaMs: 10_000 },
  ],
  [
    "frames and bytes add up, including those of done tasks",
    [
      share(50_000, 50_000, { frames: 10, sizeBytes: 2 ** 40 }),
      share(50_000, 0, { frames: 5, sizeBytes: 1 }),
    ],
    { frames: 15, sizeBytes: 2n ** 40n + 1n },
  ],
  ["spans without a task count as done", [share(10_000, 0)], { fraction: 0.9, etaMs: null }],
  [
    "no attempt is open for the rest",
    [share(90_000, 90_000), share(10_000, 5_000)],
    { fraction: 0.95, speed: null, etaMs: null },
  ],
  [
    "a worker with a speed of 0 has no estimate",
    [share(100_000, 50_000, { speed: 0 })],
    { speed: 0, etaMs: null },
  ],
  ["all tasks are done", [share(8_000, 8_000), share(92_000, 92_000)], { fraction: 1, etaMs: 0 }],
  [
    "a task that reports more than its span counts for its span",
    [share(50_000, 60_000), share(50_000, 0)],
    { fraction: 0.5 },
  ],
  ["spans that exceed the video count as the whole video", [share(200_000, 0)], { fraction: 0 }],
  ["the estimate is capped by its column", [share(100_000, 0, { speed: 1e-9 })], { etaMs: 2 ** 31 - 1 }],
])("%s", (_, shares, expected) => {
  expect(sumProgress(shares, 100_000)).toMatchObject(expected);
});

test("a video of unknown length has a fraction of 0", () => {
  expect(sumProgress([share(0, 0)], 0).fraction).toBe(0);
});

test("after the head, the rest of the video remains to be rendered", () => {
  const head = share(8_000, 8_000, { speed: 4 });
  expect(sumProgress([head, restAfter(8_000, 80_000)], 80_000)).toMatchObject({
    fraction: 0.1,
    etaMs: 18_000,
  });
});
