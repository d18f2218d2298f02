import { expect, test } from "vitest";
import { sourceOf } from "../../testing/fixtures.ts";
import type { PlannedRung } from "../ladder/plan-ladder.ts";
import { readSamples } from "./analyse-source.ts";
import { analysisArguments, planAnalysis } from "./plan-analysis.ts";
import { type Measured, planBitrates } from "./plan-bitrates.ts";
import { planComparedMoments, planSamples } from "./plan-samples.ts";

const rung = (name: string, width: number, height: number, kilobits: number): PlannedRung => ({
  ...{ name, width, height, index: 0, tier: "STANDARD", codec: "H264", frameRate: 30 },
  bitrateBps: kilobits * 1_000,
});
const rungs = [
  rung("144p", 256, 144, 150),
  rung("360p", 640, 360, 700),
  rung("540p", 960, 540, 2_000),
  rung("720p", 1280, 720, 3_500),
  rung("1080p", 1920, 1080, 6_000),
];

const measured = (
  [width, height]: [number, number],
  [bps, ssim]: [number, number],
  [coarserBps, coarserSsim]: [number, number],
): Measured => ({
  ...{ width, height, peakBps: bps * 1.2 },
  ...{ usual: { bps, ssim }, coarser: { bps: coarserBps, ssim: coarserSsim } },
});

const plan = (...sizes: Measured[]) =>
  planBitrates(sizes, rungs).map(({ name, bitrateBps, qualityOffset }) => [
    name,
    bitrateBps,
    qualityOffset ?? 0,
  ]);

test("samples are in the middle of equal parts, never at an end", () => {
  expect(planSamples(60_000, 2)).toEqual([15_000, 45_000]);
  expect(planComparedMoments(12_000)).toEqual([6_000]);
  expect(planComparedMoments(600_000)).toHaveLength(5);
  expect(planComparedMoments(10 * 3_600_000)).toHaveLength(20);
});

test.each([
  ["half a minute: nothing", 30_000, null],
  ["unknown length: nothing", null, null],
  ["a minute: two samples, one size", 60_000, { momentsMs: [15_000, 45_000], sizes: ["960x540"] }],
  [
    "three minutes: three samples, the largest size too",
    180_000,
    { momentsMs: [30_000, 90_000, 150_000], sizes: ["1920x1080", "960x540"] },
  ],
])("the analysis grows with the length: %s", (_what, durationMs, expected) => {
  const analysis = planAnalysis(durationMs, rungs);
  const sizes = analysis?.probes.map(({ width, height }) => `${width}x${height}`);
  expect(analysis && { momentsMs: analysis.momentsMs, sizes }).toEqual(expected);
});

test("static content gets the lowest quality and minimum ceilings", () => {
  expect(plan(measured([960, 540], [20_000, 1], [19_000, 1]))).toEqual([
    ["144p", 75_000, 6],
    ["360p", 350_000, 6],
    ["540p", 1_000_000, 6],
    ["720p", 1_750_000, 6],
    ["1080p", 3_000_000, 6],
  ]);
});

test("medium content gets the quality its ceiling allows; rungs between two measured sizes are interpolated", () => {
  expect(
    plan(
      measured([1920, 1080], [1_500_000, 0.99], [1_000_000, 0.988]),
      measured([960, 540], [600_000, 0.985], [400_000, 0.981]),
    ),
  ).toMatchInlineSnapshot(`
    [
      [
        "144p",
        150000,
        -5,
      ],
      [
        "360p",
        700000,
        -6.5,
      ],
      [
        "540p",
        2000000,
        -8,
      ],
      [
        "720p",
        3500000,
        -8,
      ],
      [
        "1080p",
        6000000,
        -8,
      ],
    ]
  `);
});

test("a talk at 360p gets a higher quality, because similarity is cheap and far below the ceiling", () => {
  const [, at360] = plan(measured([640, 360], [104_880, 0.9959008], [76_864, 0.9910347]));
  expect(at360).toEqual(["360p", 700_000, -6.5]);
});

test("hard content keeps the profile's ceilings and the default quality", () => {
  expect(plan(measured([960, 540], [20_000_000, 0.85], [9_000_000, 0.7]))).toEqual(
    rungs.map(({ name, bitrateBps }) => [name, bitrateBps, 0]),
  );
});

test("a ceiling never exceeds the profile's and never changes the level in the initialisation segment", () => {
  const high = [rung("144p", 256, 144, 500)];
  // 480 kb/s is the maximum of level 1.2: below it the parts of a video would differ.
  expect(planBitrates([measured([256, 144], [50_000, 0.99], [40_000, 0.98])], high)[0]?.bitrateBps).toBe(
    500_000,
  );
});

test("without measurements the ladder is unchanged", () => {
  expect(planBitrates([], rungs)).toEqual(rungs);
});

test("one process encodes all samples of a quality, each from a keyframe and at each size", () => {
  const analysis = {
    momentsMs: [15_000, 45_000],
    probes: [rungs[3], rungs[1]].flatMap((size) => size ?? []),
  };
  const options = { crf: 23, filters: [], limits: { sourcePixels: 36_000_000 } };
  const line = analysisArguments(sourceOf(), analysis, options)
    .join(" ")
    .replaceAll(/(_whitelist) \S+/g, "$1 …");
  expect(line.replaceAll(/ (?=-map |-filter_complex |-i )/g, "\n")).toMatchInlineSnapshot(`
    "-hide_banner -nostdin -nostats -y -vstats_version 2 -vstats_file analysis.log -protocol_whitelist … -format_whitelist … -codec_whitelist … -max_pixels 36000000 -max_streams 200 -threads 1 -noaccurate_seek -ss 15 -an -sn
    -i file:/store/clip.mp4 -protocol_whitelist … -format_whitelist … -codec_whitelist … -max_pixels 36000000 -max_streams 200 -threads 1 -noaccurate_seek -ss 45 -an -sn
    -i file:/store/clip.mp4
    -filter_complex [0:0]setpts=PTS-STARTPTS,trim=duration=1,scale=1280:720,setsar=1,format=yuv420p[s0];[1:0]setpts=PTS-STARTPTS,trim=duration=1,scale=1280:720,setsar=1,format=yuv420p[s1];[s0][s1]concat=n=2:v=1,split=2[0p][to1];[to1]scale=640:360,setsar=1[1p]
    -map [0p] -c:v libx264 -preset veryfast -profile:v high -crf 23 -ssim 1 -threads 2 -fps_mode passthrough -f null -
    -map [1p] -c:v libx264 -preset veryfast -profile:v high -crf 23 -ssim 1 -threads 2 -fps_mode passthrough -f null -"
  `);
});

test("bitrates are read per output and sample, and SSIM from the encoders' final messages", () => {
  const probes = [
    { width: 640, height: 360 },
    { width: 256, height: 144 },
  ];
  const analysis = { momentsMs: [1, 2], probes };
  const frame = (output: number, time: string, bytes: number) =>
    `out= ${output} st= 0 frame= 1 q= -1.0 f_size= ${bytes} s_size= 1kB time= ${time} br= 1kbits/s avg_br= 1kbits/s type= I`;
  const statistics = [
    ...[frame(0, "0.000", 1_000), frame(0, "0.960", 500), frame(0, "1.000", 3_000)],
    ...[frame(1, "0.000", 400), frame(1, "1.500", 600)],
  ].join("\n");
  const words =
    "[libx264 @ 0x1] SSIM Mean Y:0.9901000 (20.0db)\n[libx264 @ 0x2] SSIM Mean Y:0.9800000 (17.0db)\n";
  expect(readSamples(analysis, statistics, words)).toEqual([
    { bps: [12_000, 24_000], ssim: 0.9901 },
    { bps: [3_200, 4_800], ssim: 0.98 },
  ]);
  expect(() => readSamples(analysis, statistics, "")).toThrow("returned 0 results");
});
