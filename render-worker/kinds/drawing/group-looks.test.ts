import { expect, test } from "vitest";
import { groupLooks } from "./group-looks.ts";

const looks = (...scenes: [string, number][]) =>
  scenes.map(([key, seconds]) => ({ key, frames: seconds * 10 }));
const keysOf = (...scenes: [string, number][]) => groupLooks(looks(...scenes), 10).map(({ key }) => key);

test("scenes are grouped as chunks are cut, and equal groups have equal keys, but for the first one", () => {
  const chunks = groupLooks(looks(["title", 2], ["a", 9], ["b", 9], ["c", 3], ["d", 9]), 10);
  expect(chunks.map(({ frames }) => frames)).toEqual([110, 90, 120]);
  expect(new Set(chunks.map(({ key }) => key)).size).toBe(3);
  const [first, second, third] = keysOf(["title", 2], ["x", 9], ["b", 9], ["c", 3], ["d", 9]);
  expect([first === chunks[0]?.key, second, third]).toEqual([false, chunks[1]?.key, chunks[2]?.key]);
  expect(keysOf(["b", 9])[0]).not.toBe(chunks[1]?.key);
  expect(groupLooks([], 10)).toEqual([]);
});
