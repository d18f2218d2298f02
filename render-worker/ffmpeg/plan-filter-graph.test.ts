import { expect, test } from "vitest";
import { sourceOf } from "../testing/fixtures.ts";
import { planCommonFilters } from "./plan-filter-graph.ts";

const size = { width: 640, height: 360 };

test("of AV1 in an MP4 nothing is shown that an edit list leaves out before the beginning", () => {
  const filters = (codec: string, startMs: number) =>
    planCommonFilters(sourceOf({ codec }), size, [], { startMs, endMs: null })[0];
  expect(filters("av1", 0)).toBe("trim=start=-0.005");
  expect(filters("av1", 8_000)).toBe("trim=start=8");
  // Its decoder leaves them out itself.
  expect(filters("h264", 0)).toBe("scale=640:360");
});
