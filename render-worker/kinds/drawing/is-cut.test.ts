import { expect, test } from "vitest";
import { isCut, plannedFrames } from "./is-cut.ts";

/** Seconds of the chunks of animations of these lengths. */
function chunksOf(animations: readonly number[], counted = animations.reduce((sum, one) => sum + one, 0)) {
  const chunks = [0];
  let startFrame = 0;
  for (const [index, seconds] of animations.entries()) {
    const frames = (chunks.at(-1) ?? 0) * 10;
    if (index > 0 && isCut({ startFrame, frames, counted: counted * 10, frameRate: 10 })) {
      startFrame += frames;
      chunks.push(0);
    }
    chunks.push((chunks.pop() ?? 0) + seconds);
  }
  return chunks;
}

test("chunks are whole animations: a short one first, then longer ones, and no tiny rest", () => {
  expect(chunksOf([1, 1, 1])).toEqual([3]);
  expect(chunksOf(Array.from({ length: 24 }, () => 1))).toEqual([4, 8, 8, 4]);
  expect(chunksOf([3, 3, 3, 3, 3, 1])).toEqual([6, 10]);
  expect(chunksOf([40, 1, 20, 20])).toEqual([40, 21, 20]);
});

test("a script that plays more than it counted has further chunks", () => {
  expect(chunksOf([4, 8, 8, 8], 10)).toEqual([4, 8, 8, 8]);
});

test("the length of a chunk is known before it is drawn, as far as it is counted", () => {
  const counts = { frames: 200, framesOfEach: [30, 30, 0, 40, 40, 60] };
  const planned = (animation: number, startFrame: number, counted = counts) =>
    plannedFrames({ animation, startFrame }, counted, 10);
  expect(planned(0, 0)).toBe(60);
  expect(planned(3, 60)).toBe(80);
  expect(planned(5, 140)).toBe(60);
  expect(planned(5, 140, { ...counts, frames: 300 })).toBeNull();
  expect(planned(7, 200)).toBeNull();
});
