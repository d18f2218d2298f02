import { expect, test } from "vitest";
import { planConcat } from "./plan-concat.ts";

test("each file lasts until the next one starts, regardless of its own duration", () => {
  const files = [0, 4_004_000, 64_064_033].map((startUs, index) => ({ file: `0-${index}.mp4`, startUs }));
  expect(planConcat(files)).toBe(`ffconcat version 1.0
file '0-0.mp4'
duration 4.004000
file '0-1.mp4'
duration 60.060033
file '0-2.mp4'
`);
});
