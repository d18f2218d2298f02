import { expect, test } from "vitest";
import { planLadder } from "../../../media/ladder/plan-ladder.ts";
import { sourceOf } from "../../../testing/fixtures.ts";
import { defaultProfile } from "../../../testing/kit.ts";
import { planAllowance } from "./plan-allowance.ts";

const { probe } = sourceOf();
const { rungs } = planLadder(defaultProfile, probe);
const of = (changes: Partial<Parameters<typeof planAllowance>[0]> = {}) =>
  planAllowance({
    durationMs: 60_000,
    longestMs: 4 * 36e5,
    picture: probe.video,
    rungs,
    audioBps: 128_000,
    ...changes,
  });

test("a minute of 1080p may take 50 times its measured CPU time and four times its bitrate ceilings", () => {
  // Measured on two cores: 125 CPU-s.
  expect(of().cpuSeconds).toBeGreaterThan(50 * 125);
  const ceilings = rungs.reduce((total, { bitrateBps }) => total + bitrateBps, 128_000);
  expect(of().outputBytes).toBe(64 * 1024 ** 2 + (4 * 60 * ceilings) / 8);
});

test("the allowance of a chunk includes frames decoded before its start because of sparse keyframes", () => {
  const { codedWidth, codedHeight } = probe.video;
  const more = of({ leadInMs: 300_000 });
  expect(more.cpuSeconds - of().cpuSeconds).toBeCloseTo((300 * 30 * codedWidth * codedHeight) / 1e6, 3);
  expect(more.outputBytes).toBe(of().outputBytes);
});

test("an implausible frame rate does not raise the CPU allowance, and an unknown length counts as the maximum", () => {
  const second = { durationMs: 1_000, rungs: [] };
  const mad = of({ ...second, picture: { codedWidth: 64, codedHeight: 64, frameRate: 1e6 } });
  expect(mad.cpuSeconds).toBeLessThan(601);
  expect(of({ durationMs: null })).toEqual(of({ durationMs: 4 * 36e5 }));
});
