import { expect, test } from "vitest";
import { estimateNeed } from "../../../media/needs/estimate-need.ts";
import { otherPicturesNeed } from "../../../media/needs/program-needs.ts";
import { NeedCorrection } from "./need-correction.ts";
import { planFit } from "./plan-fit.ts";
import { planThreads } from "./plan-threads.ts";

const mib = 1024 ** 2;
const rung = (height: number, tier: string) => ({
  name: `${height}p`,
  width: Math.round((height * 16) / 9 / 2) * 2,
  height,
  tier,
  encoder: "H264",
});
const ladder = [
  ...[144, 240, 360, 480].map((height) => rung(height, "CRITICAL")),
  ...[540, 720, 1080].map((height) => rung(height, "STANDARD")),
];
const source = {
  width: 1920,
  height: 1080,
  pixelFormat: "yuv420p",
  isToneMapped: false,
  streams: 2,
  packets: 0,
  probedBytes: 0,
};

function fitInto(mebibytes: number, changes: Partial<Parameters<typeof planFit>[0]> = {}) {
  const capacityBytes = mebibytes * mib;
  const threads = { decode: 3, encode: 3 };
  const found = planFit({
    source,
    rungs: ladder,
    withAudio: true,
    threads,
    capacityBytes,
    correction: 1,
    leastCorrection: 1,
    ...changes,
  });
  if (!("fit" in found)) return `needs ${Math.ceil(found.neededBytes / mib)}`;
  const { passes, threads: planned, estimatedBytes } = found.fit;
  const names = passes.map(
    ({ rungs, withAudio }) => `${rungs.map(({ height }) => height).join(",")}${withAudio ? "+audio" : ""}`,
  );
  return `${names.join(" | ")} @ ${planned.decode}/${planned.encode}: ${Math.ceil(estimatedBytes / mib)}`;
}

test("with less memory, less is encoded concurrently, down to one rung at a time with fewer threads", () => {
  expect([10_000, 650, 600, 540, 400, 380, 330].map((size) => fitInto(size))).toMatchInlineSnapshot(`
    [
      "144,240,360,480,540,720,1080+audio @ 3/3: 668",
      "144,240,360,480,540,720,1080+audio @ 2/2: 614",
      "144,240,360,480+audio | 540,720,1080 @ 3/3: 572",
      "144,240,360,480+audio | 540,720,1080 @ 2/2: 527",
      "144+audio | 240 | 360 | 480 | 540 | 720 | 1080 @ 3/3: 395",
      "144+audio | 240 | 360 | 480 | 540 | 720 | 1080 @ 2/2: 365",
      "needs 334",
    ]
  `);
});

test("memory below the need of one rung does not fit, and the needed amount is reported", () => {
  expect(fitInto(200)).toMatchInlineSnapshot(`"needs 334"`);
});

test("additional threads cost memory and are dropped first", () => {
  const threads = planThreads(16);
  expect([10_000, 1_400, 1_000].map((size) => fitInto(size, { threads }))).toMatchInlineSnapshot(`
    [
      "144,240,360,480,540,720,1080+audio @ 16/24: 1571",
      "144,240,360,480,540,720,1080+audio @ 8/12: 1107",
      "144,240,360,480,540,720,1080+audio @ 4/6: 811",
    ]
  `);
});

test("audio alone needs only the memory of the program", () => {
  expect(fitInto(100, { rungs: [] })).toMatchInlineSnapshot(`"+audio @ 3/3: 84"`);
});

test("higher bit depth, denser chroma and tone mapping need more memory", () => {
  const need = (changes: Partial<typeof source>) =>
    Math.round(
      estimateNeed({ source: { ...source, ...changes }, rungs: ladder, threads: { decode: 3, encode: 3 } }) /
        mib,
    );
  expect([
    need({}),
    need({ pixelFormat: "yuv420p10le" }),
    need({ pixelFormat: "yuv422p10le" }),
    need({ pixelFormat: "yuva444p12le" }),
    need({ isToneMapped: true }),
  ]).toMatchInlineSnapshot(`
    [
      668,
      724,
      762,
      912,
      763,
    ]
  `);
});

test("measured memory raises an estimate immediately, lowers it gradually, and never below the original", () => {
  const correction = new NeedCorrection();
  expect(correction.factor("H264")).toBe(1);
  correction.learn("H264", 100, 150);
  expect(correction.factor("H264")).toBe(1.5);
  correction.learn("H264", 100, 100);
  expect(correction.factor("H264")).toBeCloseTo(1.35);
  for (let time = 0; time < 20; time += 1) correction.learn("H264", 100, 10);
  expect(correction.factor("H264")).toBe(1);
  expect(correction.factor("HEVC")).toBe(1);
  expect(fitInto(650, { correction: 1.5 })).not.toBe(fitInto(650));
});

test("a measurement raises an estimate at most threefold", () => {
  const correction = new NeedCorrection();
  correction.learn("H264", 100, 2_400);
  expect(correction.factor("H264")).toBe(3);
});

test("a render that fits without the correction is never refused because of it, but uses the smallest plan", () => {
  expect(fitInto(400, { correction: 3 })).toBe("144+audio | 240 | 360 | 480 | 540 | 720 | 1080 @ 1/1: 334");
  expect(fitInto(300, { correction: 3 })).toBe("needs 334");
  expect(fitInto(400, { correction: 4, leastCorrection: 2 })).toBe("needs 667");
});

test("memory that probing a source took is the minimum for every program that opens the source", () => {
  const threads = { decode: 3, encode: 3 };
  const need = (probedBytes: number) =>
    estimateNeed({ source: { ...source, probedBytes }, rungs: [], threads }) / mib;
  expect([need(0), need(50 * mib), need(500 * mib)].map(Math.round)).toEqual([83, 83, 500]);
});

test("every program that opens a source needs memory for a frame of each other video stream", () => {
  const cover = { width: 5_600, height: 5_600, pixelFormat: "rgba64be" };
  const small = { width: 600, height: 600, pixelFormat: "yuvj420p" };
  const needs = [[], [cover], [cover, small]].map(otherPicturesNeed);
  expect(needs.map((bytes) => Math.round(bytes / mib))).toEqual([80, 319, 320]);
});

test("a long source needs memory for its index in each decoder and program that opens it", () => {
  const threads = { decode: 1, encode: 2 };
  const need = (packets: number, decoders: number) =>
    estimateNeed({ source: { ...source, packets }, rungs: ladder, threads, decoders }) / mib;
  const sixHours = 6 * 3_600 * (30 + 50);
  expect(need(sixHours, 1) - need(0, 1)).toBeCloseTo(85.7, 0);
  expect(need(sixHours, 8) - need(0, 8)).toBeCloseTo(7 * 52.7 + 85.7, 0);
});

test("the number of threads follows the available CPUs, including half a CPU", () => {
  expect([0.5, 1, 2, 8, 64].map(planThreads)).toMatchInlineSnapshot(`
    [
      {
        "decode": 2,
        "encode": 1,
      },
      {
        "decode": 2,
        "encode": 1,
      },
      {
        "decode": 3,
        "encode": 3,
      },
      {
        "decode": 9,
        "encode": 12,
      },
      {
        "decode": 16,
        "encode": 96,
      },
    ]
  `);
});
