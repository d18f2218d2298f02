import { expect, test } from "vitest";
import type { PlannedRung } from "../../../media/ladder/plan-ladder.ts";
import { planLadder } from "../../../media/ladder/plan-ladder.ts";
import { sourceOf } from "../../../testing/fixtures.ts";
import { defaultProfile } from "../../../testing/kit.ts";
import { planFilterGraph } from "./plan-filter-graph.ts";
import { planCommonFrames } from "./plan-thinning.ts";

const profileOf = (...rates: [height: number, maxFrameRate: number][]) => ({
  ...defaultProfile,
  rungs: rates.map(([height, maxFrameRate]) => ({
    name: `${height}p`,
    height,
    tier: "CRITICAL" as const,
    codec: "H264" as const,
    bitrateBps: 1_000_000,
    maxFrameRate,
  })),
});

const graphOf = (video: object, ...rates: [number, number][]) => {
  const source = sourceOf({ width: 1280, height: 720, ...video });
  const { rungs } = planLadder(profileOf(...rates), source.probe);
  return planFilterGraph(source, rungs.toReversed(), []).split(";");
};

test("frames that smaller rungs do not use are dropped before scaling", () => {
  expect(graphOf({ frameRate: 60 }, [144, 30], [360, 30], [720, 60])).toEqual([
    "[0:0]scale=1280:720,setsar=1,format=yuv420p,split=2[720p][to-360p]",
    "[to-360p]select='not(mod(round(t*60),2))',scale=640:360,setsar=1,split=2[360p][to-144p]",
    "[to-144p]scale=256:144,setsar=1[144p]",
  ]);
});

test("frames that no rung uses are dropped first", () => {
  expect(graphOf({ frameRate: 50 }, [360, 30])).toEqual([
    "[0:0]select='not(mod(round(t*50),2))',scale=640:360,setsar=1,format=yuv420p[360p]",
  ]);
});

test("a smaller rung with a higher frame rate than a larger one keeps its frames", () => {
  expect(graphOf({ frameRate: 60 }, [144, 60], [360, 30])).toEqual([
    "[0:0]scale=640:360,setsar=1,format=yuv420p,split=2[for-360p][to-144p]",
    "[for-360p]select='not(mod(round(t*60),2))'[360p]",
    "[to-144p]scale=256:144,setsar=1[144p]",
  ]);
});

test("at 30 fps no frame is dropped", () => {
  expect(graphOf({ frameRate: 30 }, [144, 30], [360, 60]).join()).not.toContain("select");
});

test("a variable frame rate is thinned by frame distance and keeps the first frame of every second", () => {
  const video = { frameRate: 55, isVariableFrameRate: true };
  expect(graphOf(video, [144, 30], [360, 60])).toEqual([
    "[0:0]scale=640:360,setsar=1,format=yuv420p,split=2[360p][to-144p]",
    "[to-144p]select='isnan(prev_selected_t)+gte(t-prev_selected_t,0.030000)+gt(floor(t),floor(prev_selected_t))',scale=256:144,setsar=1[144p]",
  ]);
});

const commonOf = (frameRate: number, rung: number, ...maxima: number[]) =>
  planCommonFrames(
    sourceOf({ frameRate }).probe.video,
    { frameRate: rung } as PlannedRung,
    profileOf(...maxima.map((maximum, i): [number, number] => [100 + 2 * i, maximum])),
  );

test("keyframes fall on frames that every rung of the profile has", () => {
  expect(commonOf(30, 30, 30, 60)).toBeNull();
  expect(commonOf(60, 30, 30)).toBeNull();
  expect(commonOf(50, 50, 30, 60)).toEqual({ frameMs: 20, every: 2, everyOwn: 2 });
  expect(commonOf(50, 25, 30, 60)).toEqual({ frameMs: 20, every: 2, everyOwn: 1 });
  expect(commonOf(60, 30, 20, 30)).toMatchObject({ every: 6, everyOwn: 3 });
  expect(commonOf(60, 20, 20, 30)).toMatchObject({ every: 6, everyOwn: 2 });
  // 7 and 11 frames have one in common every 77th only: too seldom for groups of 2 s.
  expect(commonOf(60, 60, 60, 60 / 7, 60 / 11)).toBeNull();
});
