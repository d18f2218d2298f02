import { expect, test } from "vitest";
import { estimateNeed } from "../../../media/needs/estimate-need.ts";
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
    ({ rungs, withAudio }) => `${rungs.map(({ height }) => height).join(",")}${withAudio ? "+sound" : ""}`,
  );
  return `${names.join(" | ")} @ ${planned.decode}/${planned.encode}: ${Math.ceil(estimatedBytes / mib)}`;
}

test("the less memory there is the less is done at once, down to a rung at a time with one thread", () => {
  expect([10_000, 650, 600, 540, 400, 380, 330].map((size) => fitInto(size))).toMatchInlineSnapshot(`
    [
      "144,240,360,480,540,720,1080+sound @ 3/3: 668",
      "144,240,360,480,540,720,1080+sound @ 2/2: 614",
      "144,240,360,480+sound | 540,720,1080 @ 3/3: 572",
      "144,240,360,480+sound | 540,720,1080 @ 2/2: 527",
      "144+sound | 240 | 360 | 480 | 540 | 720 | 1080 @ 3/3: 395",
      "144+sound | 240 | 360 | 480 | 540 | 720 | 1080 @ 2/2: 365",
      "needs 334",
    ]
  `);
});

test("less than one rung needs is too little, and it says how much would do", () => {
  expect(fitInto(200)).toMatchInlineSnapshot(`"needs 334"`);
});

test("more threads for more processors cost memory, and are given up first", () => {
  const threads = planThreads(16);
  expect([10_000, 1_400, 1_000].map((size) => fitInto(size, { threads }))).toMatchInlineSnapshot(`
    [
      "144,240,360,480,540,720,1080+sound @ 16/24: 1571",
      "144,240,360,480,540,720,1080+sound @ 8/12: 1107",
      "144,240,360,480,540,720,1080+sound @ 4/6: 811",
    ]
  `);
});

test("sound alone needs only the program", () => {
  expect(fitInto(100, { rungs: [] })).toMatchInlineSnapshot(`"+sound @ 3/3: 84"`);
});

test("deeper and denser pictures, and those that are tone-mapped, need more", () => {
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

test("what attempts needed corrects the estimates: more at once, less little by little, never below", () => {
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

test("no measurement makes the estimates more than three times as large", () => {
  const correction = new NeedCorrection();
  correction.learn("H264", 100, 2_400);
  expect(correction.factor("H264")).toBe(3);
});

test("what fits without the correction is never refused for it: it is made in the smallest way", () => {
  expect(fitInto(400, { correction: 3 })).toBe("144+sound | 240 | 360 | 480 | 540 | 720 | 1080 @ 1/1: 334");
  expect(fitInto(300, { correction: 3 })).toBe("needs 334");
  expect(fitInto(400, { correction: 4, leastCorrection: 2 })).toBe("needs 667");
});

test("a source that took more memory to probe takes as much from every program that opens it", () => {
  const threads = { decode: 3, encode: 3 };
  const need = (probedBytes: number) =>
    estimateNeed({ source: { ...source, probedBytes }, rungs: [], threads }) / mib;
  expect([need(0), need(50 * mib), need(500 * mib)].map(Math.round)).toEqual([83, 83, 500]);
});

test("a long source needs its index, in each place in which it is open", () => {
  const threads = { decode: 1, encode: 2 };
  const need = (packets: number, decoders: number) =>
    estimateNeed({ source: { ...source, packets }, rungs: ladder, threads, decoders }) / mib;
  const sixHours = 6 * 3_600 * (30 + 50);
  expect(need(sixHours, 1) - need(0, 1)).toBeCloseTo(85.7, 0);
  expect(need(sixHours, 8) - need(0, 8)).toBeCloseTo(7 * 52.7 + 85.7, 0);
});

test("threads follow the processors that may be kept busy, a half of one included", () => {
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
