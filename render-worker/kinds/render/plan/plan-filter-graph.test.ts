import { expect, test } from "vitest";
import { deviceTable } from "../../../media/devices/device-table.ts";
import { planCommonFilters } from "../../../media/filters/plan-picture-filters.ts";
import { planLadder } from "../../../media/ladder/plan-ladder.ts";
import { sourceOf } from "../../../testing/fixtures.ts";
import { defaultProfile } from "../../../testing/kit.ts";
import { planDeviceGraph } from "./plan-device-graph.ts";
import { planFilterGraph } from "./plan-filter-graph.ts";
import { planRepeats } from "./plan-repeats.ts";

const size = { width: 640, height: 360 };

test("AV1 frames that an MP4 edit list excludes are trimmed at the start", () => {
  const filters = (codec: string, startMs: number) =>
    planCommonFilters(sourceOf({ codec }), size, [], { startMs, endMs: null })[0];
  expect(filters("av1", 0)).toBe("trim=start=-0.005");
  expect(filters("av1", 8_000)).toBe("trim=start=8");
  // Its decoder drops them itself.
  expect(filters("h264", 0)).toBe("scale=640:360");
});

test("missing colour tags are derived from the frame size, and RGB is converted with the BT.709 matrix", () => {
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

const profile = { ...defaultProfile, rungs: defaultProfile.rungs.slice(0, 1) };
const graphOf = (video: object, startMs: number) => {
  const source = sourceOf(video);
  const { rungs } = planLadder(profile, source.probe);
  const span = { startMs, endMs: startMs + 8_000 };
  const repeats = planRepeats(source, span, profile, rungs);
  return planFilterGraph(source, rungs, [], span, undefined, repeats).split(";");
};

test("AV1 frames are also trimmed on a device", () => {
  const chain = deviceTable.CUDA.decode;
  const source = sourceOf({ codec: "av1", isInterlaced: true });
  const { rungs } = planLadder(profile, source.probe);
  if (chain === null) throw new Error("CUDA decodes.");
  const devices = { decodeOn: null, encoders: new Map() };
  const span = { startMs: 0, endMs: 8_000 };
  const [first = ""] = planDeviceGraph(source, rungs, { devices, chain, span }).split(";");
  expect(first).toContain(`[0:0]${chain.deinterlace},trim=start=-0.005,trim=end=8,`);
});

test("at a variable frame rate, a frame that spans a segment border is repeated at the border", () => {
  const variable = { isVariableFrameRate: true };
  expect(graphOf(variable, 0)).toEqual([
    "[0:0]settb=1/90000[the_pictures]",
    "nullsrc=s=16x16:r=1,settb=1/90000,setpts='if(eq(N,0),-8991900,if(eq(N,1),98100,if(eq(N,2),188100,round(360000+(N-3)*360000)+8100)))'[the_beats]",
    "[the_pictures][the_beats]streamselect=inputs=2:map=0,select='not(eq(pts,-8991900)+eq(pts,98100)+eq(pts,188100)+gte(pts,360000)*eq(pts,round(360000+(round((pts-8100-360000)/360000))*360000)+8100))+isnan(prev_selected_pts)+gt(pts-prev_selected_pts,8100)',trim=end=8,scale=256:144,setsar=1,format=yuv420p[144p]",
  ]);
  expect(graphOf(variable, 8_000)[1]).toContain(
    "setpts='if(eq(N,0),-8991900,if(eq(N,1),728100,round(1080000+(N-2)*360000)+8100))'[the_beats]",
  );
});

test("at a constant frame rate, only a part that starts inside a gap repeats a frame; a video's start does not", () => {
  expect(graphOf({}, 0)).toEqual(["[0:0]trim=end=8,scale=256:144,setsar=1,format=yuv420p[144p]"]);
  expect(graphOf({}, 8_000)).toEqual([
    "[0:0]settb=1/24000[the_pictures]",
    "nullsrc=s=16x16:r=1,settb=1/24000,setpts='if(eq(N,0),-2400000,if(eq(N,1),192200,24000000000000))'[the_beats]",
    "[the_pictures][the_beats]streamselect=inputs=2:map=0,select='not(eq(pts,192200))+isnan(prev_selected_pts)+gte(pts-prev_selected_pts,400)',trim=start=8:end=16,scale=256:144,setsar=1,format=yuv420p[144p]",
  ]);
});
