import { expect, test } from "vitest";
import { describeShape } from "./describe-shape.ts";

test.each([
  [1920, 1080, "16:9"],
  [1080, 1920, "9:16"],
  [500, 500, "Square"],
  [1000, 300, "1000 × 300"],
])("a picture of %i by %i is shown as %s", (width, height, shape) => {
  expect(describeShape({ width, height })).toBe(shape);
});
