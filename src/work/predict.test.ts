import { expect, test } from "vitest";
import type { Features } from "./features.ts";
import { learn, type Sample } from "./predict.ts";
import { usualOfMedia, usualOfTemplate } from "./usual.ts";

const usual = usualOfTemplate("quiz-classic").cpuSeconds;
const features = (seconds: number, speechCharacters = 80): Features => ({
  ...{ version: 1, encoded: seconds * 11, decoded: seconds * 7, seconds, speechCharacters },
});
const usually = (of: Features): number => learn([], usual)(of).likely;
const sampleOf = (of: Features, factor: number, more: Partial<Sample> = {}): Sample => ({
  ...{ features: of, seconds: usually(of) * factor, ...more },
});
const lengths = [7, 9, 12, 15, 20, 28, 35, 41, 48, 55, 60, 75];

test("without samples, the usual figures are the middle, and half and twice as much the range", () => {
  const { low, likely, high } = learn([], usual)(features(14));
  expect([low, high]).toEqual([likely / 2, likely * 2]);
  expect(likely).toBeGreaterThan(usually(features(14, 0)));
});

test("a few samples say how fast the machine is, for shorter, longer and silent videos too", () => {
  const estimate = learn(
    [7, 9, 12].map((seconds) => sampleOf(features(seconds), 1.8)),
    usual,
  );
  for (const wanted of [features(5), features(60), features(14, 0)])
    expect(estimate(wanted).likely / usually(wanted)).toBeCloseTo(1.8, 6);
});

test("a sample of a busy machine changes the estimate by little, however few or many there are", () => {
  for (const count of [4, 12]) {
    const right = lengths.slice(0, count).map((seconds) => sampleOf(features(seconds), 1));
    const busy = sampleOf(features(20), 6);
    const { likely } = learn([...right, busy], usual)(features(30));
    expect(likely / usually(features(30))).toBeGreaterThan(0.95);
    expect(likely / usually(features(30))).toBeLessThan(1.05);
  }
});

test("samples with more weight win: those of now over those of another build of the encoder", () => {
  const now = [7, 20, 35].map((seconds) => sampleOf(features(seconds), 0.5));
  const before = [7, 9, 12, 15, 20, 28].map((seconds) => sampleOf(features(seconds), 2, { weight: 0.1 }));
  const { likely } = learn([...now, ...before], usual)(features(30));
  expect(likely / usually(features(30))).toBeCloseTo(0.5, 1);
});

test("samples of another template tell how fast the machine is, by its own usual figures", () => {
  const other = usualOfTemplate("quote").cpuSeconds;
  const samples = lengths.map((seconds): Sample => {
    const of = features(seconds);
    return { features: of, seconds: learn([], other)(of).likely * 1.4, usual: other };
  });
  const { low, likely, high } = learn(samples, usual)(features(30));
  expect(likely / usually(features(30))).toBeCloseTo(1.4, 6);
  expect([low < likely, high > likely]).toEqual([true, true]);
});

test("many samples have a model of their own: a start that costs more, and pictures that cost less", () => {
  const took = ({ seconds, decoded }: Features): number => 5 + 0.02 * seconds + 0.001 * decoded;
  const samples = lengths.map((seconds) => {
    const of = features(seconds, 0);
    return { features: of, seconds: took(of) };
  });
  const estimate = learn(samples, usual);
  for (const seconds of [10, 32, 70]) {
    const wanted = features(seconds, 0);
    expect(Math.abs(estimate(wanted).likely / took(wanted) - 1)).toBeLessThan(0.1);
  }
});

test("sources with more bits per pixel are expected to take longer, and those of unknown size to be usual", () => {
  const clip = (detail?: number): Features => ({
    ...{ version: 1, encoded: 100, decoded: 60, seconds: 5, speechCharacters: 0 },
    ...(detail !== undefined && { detail }),
  });
  const estimate = learn([], usualOfMedia.cpuSeconds);
  const [still, unknown, grain] = [clip(10), clip(), clip(80)].map((of) => estimate(of).likely);
  expect([still, unknown, grain]).toEqual([still, unknown, grain].toSorted((a = 0, b = 0) => a - b));
  expect(grain).toBeGreaterThan(2 * (still ?? Number.NaN));
  // What was measured of such clips teaches the same, on a machine of another speed.
  const samples = lengths.map((seconds, index): Sample => {
    const of = {
      ...clip((index % 4) * 2 * seconds + 2),
      encoded: 10 * seconds,
      decoded: 6 * seconds,
      seconds,
    };
    return { features: of, seconds: 1.5 * estimate(of).likely };
  });
  const learned = learn(samples, usualOfMedia.cpuSeconds);
  for (const of of [clip(10), clip(80)]) expect(learned(of).likely / estimate(of).likely).toBeCloseTo(1.5, 1);
});
