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

test("what the source does not say of its colours is said, by its size, and red, green and blue get the matrix of HD", () => {
  const untagged = { colorPrimaries: null, colorTransfer: "unknown", colorSpace: null };
  const colours = (video: Parameters<typeof sourceOf>[0]) =>
    planCommonFilters(sourceOf(video), size, []).filter((filter) => /setparams|matrix/.test(filter));
  expect(colours({})).toEqual([]);
  expect(colours(untagged)).toEqual(["setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709"]);
  expect(colours({ ...untagged, width: 720, height: 576 })).toEqual([
    "setparams=colorspace=smpte170m:color_primaries=smpte170m:color_trc=smpte170m",
  ]);
  expect(colours({ colorTransfer: null })).toEqual(["setparams=color_trc=bt709"]);
  const [scale, labels] = colours({
    ...untagged,
    pixelFormat: "gbrp",
    colorRange: "pc",
    width: 320,
    height: 180,
  });
  expect(scale).toMatch(/:out_color_matrix=bt709:out_range=tv$/);
  expect(labels).toBe("setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709");
});
