import { expect, test } from "vitest";
import { examples } from "./examples.ts";

test("each example has a title, and one is portrait", () => {
  expect(examples.map(({ name, aspectRatio }) => [name, aspectRatio])).toEqual([
    ["chord", "TALL"],
    ["formula", "WIDE"],
    ["network", "WIDE"],
    ["pythagoras", "WIDE"],
    ["sorting", "WIDE"],
    ["surface", "WIDE"],
    ["tangent", "WIDE"],
    ["unit-circle", "WIDE"],
  ]);
  for (const { title, script } of examples) expect(script).toContain(`"""${title}`);
});
