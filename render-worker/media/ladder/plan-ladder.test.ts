import type { Rung, VideoCodec } from "@reelay/contracts";
import { assert, integer, property } from "fast-check";
import { expect, test } from "vitest";
import { sourceOf } from "../../testing/fixtures.ts";
import { defaultProfile } from "../../testing/kit.ts";
import { planLadder } from "./plan-ladder.ts";

const ladderOf = (width: number, height: number, frameRate: number | null = 30) =>
  planLadder(defaultProfile, sourceOf({ width, height, frameRate }).probe);

const rungOf = (codec: VideoCodec, height: number, bitrateBps: number, name = `${height}p`): Rung => ({
  name,
  height,
  tier: "CRITICAL",
  codec,
  bitrateBps,
});

const summary = (width: number, height: number) =>
  ladderOf(width, height)
    .rungs.map((rung) => `${rung.name} ${rung.width}x${rung.height}`)
    .join(", ");

test("a source that matches a rung gets that rung and all below, and no more", () => {
  expect(summary(1280, 720)).toBe(
    "144p 256x144, 240p 426x240, 360p 640x360, 480p 854x480, 540p 960x540, 720p 1280x720",
  );
});

test("a portrait source gets the same rungs in portrait", () => {
  expect(summary(720, 1280)).toBe(
    "144p 144x256, 240p 240x426, 360p 360x640, 480p 480x854, 540p 540x960, 720p 720x1280",
  );
});

test("a source between rungs gets its own size as the top rung", () => {
  expect(summary(960, 400)).toBe("144p 346x144, 240p 576x240, 360p 864x360, 400p 960x400");
  expect(ladderOf(960, 400).rungs.at(-1)).toMatchObject({ index: 3, tier: "CRITICAL" });
});

test("a source below the smallest rung gets one variant of its own size, rounded to even numbers", () => {
  expect(summary(101, 81)).toBe("80p 100x80");
});

test("a source a few lines above a rung uses that rung", () => {
  expect(summary(858, 482)).toBe("144p 256x144, 240p 428x240, 360p 640x360, 480p 854x480");
});

test("a rung above the source is skipped with a reason", () => {
  expect(ladderOf(1280, 720).skipped.map(({ name, index, reason }) => [name, index, reason])[0]).toEqual([
    "1080p",
    6,
    "The source is 1280x720. 1080p needs 1080 pixels on the shorter side, and video is never upscaled.",
  ]);
});

test("bitrates follow the shape and the frame rate", () => {
  const bitrate = (width: number, height: number, frameRate: number | null) =>
    ladderOf(width, height, frameRate).rungs.at(-1)?.bitrateBps;
  expect(bitrate(1920, 1080, 30)).toBe(6_000_000);
  expect(bitrate(1920, 1080, null)).toBe(6_000_000);
  expect(bitrate(1920, 1080, 60)).toBe(9_000_000);
  expect(bitrate(1920, 1080, 240)).toBe(9_000_000);
  expect(bitrate(1080, 1080, 30)).toBe(3_897_114);
});

test("frame rates above a rung's maximum are reduced by dropping frames evenly, without blending", () => {
  const rates = (frameRate: number, changes: object = {}) => {
    const { probe } = sourceOf({ width: 1280, height: 720, frameRate, ...changes });
    return planLadder(defaultProfile, probe)
      .rungs.map((rung) => rung.frameRate)
      .slice(-2);
  };
  expect(rates(60)).toEqual([30, 60]);
  expect(rates(60_000 / 1001)).toEqual([30_000 / 1001, 60_000 / 1001]);
  expect(rates(50)).toEqual([25, 50]);
  expect(rates(48)).toEqual([24, 48]);
  expect(rates(120)).toEqual([30, 60]);
  expect(rates(30)).toEqual([30, 30]);
  expect(rates(30.01)).toEqual([30.01, 30.01]);
  expect(rates(24)).toEqual([24, 24]);
  expect(rates(40, { isVariableFrameRate: true })).toEqual([30, 40]);
});

test("a rung without a maximum frame rate has at most 30 fps", () => {
  const profile = {
    ...defaultProfile,
    rungs: [{ ...rungOf("H264", 720, 3_500_000), maxFrameRate: undefined }],
  };
  expect(planLadder(profile, sourceOf({ frameRate: 60 }).probe).rungs[0]?.frameRate).toBe(30);
});

test("each codec has its own ladder, up to the source's own size", () => {
  const rungs = [
    rungOf("H264", 360, 700_000),
    rungOf("H264", 720, 3_500_000),
    rungOf("HEVC", 480, 900_000, "480p-hevc"),
    rungOf("HEVC", 1080, 4_200_000, "1080p-hevc"),
    rungOf("AV1", 1080, 3_500_000, "large"),
  ];
  const { rungs: made, skipped } = planLadder(
    { ...defaultProfile, rungs },
    sourceOf({ width: 1066, height: 600 }).probe,
  );
  const told = [...made, ...skipped].toSorted((a, b) => a.index - b.index);
  expect(told.map(({ name, codec, bitrateBps }) => `${codec} ${name} ${bitrateBps}`)).toEqual([
    "H264 360p 700000",
    "H264 600p 2662540",
    "H264 720p 3500000",
    "HEVC 480p-hevc 900000",
    "HEVC 600p-hevc 1739164",
    "HEVC 1080p-hevc 4200000",
    "AV1 600p-av1 1449303",
    "AV1 large 3500000",
  ]);
});

test("a profile without rungs has an empty ladder", () => {
  expect(planLadder({ ...defaultProfile, rungs: [] }, sourceOf().probe)).toEqual({ rungs: [], skipped: [] });
});

test("every source gets at least one rung, without upscaling, with even sizes and unique names", () => {
  const side = integer({ min: 2, max: 9_000 });
  assert(
    property(side, side, (width, height) => {
      const { rungs, skipped } = ladderOf(width, height);
      expect(rungs.length).toBeGreaterThan(0);
      const names = [...rungs, ...skipped].map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      for (const rung of rungs) {
        expect([rung.width % 2, rung.height % 2]).toEqual([0, 0]);
        expect(Math.min(rung.width, rung.height)).toBeLessThanOrEqual(Math.min(width, height));
      }
    }),
  );
});
