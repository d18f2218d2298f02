import { describe, expect, test } from "vitest";
import type { SourceFile } from "../../../media/probe/source-file.ts";
import { sourceOf } from "../../../testing/fixtures.ts";
import { planInstant } from "./plan-instant.ts";
import type { PictureIndex, SoundIndex, SourceIndex } from "./source-index.ts";

const segments = [
  { startMs: 0, durationMs: 4_000, sizeBytes: 1_000_000, startsWithIdr: true },
  { startMs: 4_000, durationMs: 5_000, sizeBytes: 1_500_000, startsWithIdr: true },
];

function indexOf(picture: Partial<PictureIndex> = {}, sound: Partial<SoundIndex> = {}): SourceIndex {
  return {
    picture: {
      level: 40,
      startsWithKeyFrame: true,
      longestGopMs: 5_000,
      cuts: { pieceMs: 1_000, borderMs: 4_000 },
      lengthBytes: 4,
      segments,
      isTrimmed: false,
      isTurned: false,
      hasOneDescription: true,
      ...picture,
    },
    sounds: [
      {
        objectType: 2,
        sampleRate: 48_000,
        channels: 2,
        isGapless: true,
        primingSamples: 1_024,
        startMs: 0,
        endMs: 9_000,
        ...sound,
      },
    ],
  };
}

const codes = (source: SourceFile, index: SourceIndex | null) =>
  planInstant(source, index).reasons.map(({ code }) => code);

test("H.264 with AAC and near key frames is played as it is, and its figures are known before it is cut", () => {
  expect(planInstant(sourceOf(), indexOf())).toEqual({
    reasons: [],
    plan: {
      cuts: { pieceMs: 1_000, borderMs: 4_000 },
      lengthBytes: 4,
      longestSegmentMs: 5_000,
      peakBps: 2_400_000,
      sounds: [{ track: sourceOf().sounds[0], channels: 2, primingPackets: 1 }],
    },
  });
});

describe("what holds back the picture", () => {
  test.each([
    ["CODEC", { codec: "vp9" }],
    ["PROFILE", { profile: "High 10" }],
    ["PIXEL_FORMAT", { pixelFormat: "yuv420p10le" }],
    ["HDR", { hdr: "PQ" as const }],
    ["INTERLACED", { isInterlaced: true }],
    ["PIXEL_ASPECT", { pixelAspect: { num: 64, den: 45 } }],
    ["ROTATION", { rotation: 90 as const }],
    ["FRAME_RATE", { frameRate: 120 }],
  ])("%s, by the probe", (code, video) => {
    const { reasons, plan } = planInstant(sourceOf(video), indexOf());
    expect(reasons.map((reason) => reason.code)).toEqual([code]);
    expect(plan).toBeNull();
  });

  test.each([
    ["LEVEL", { level: 52 }],
    ["KEY_FRAMES", { longestGopMs: 10_417 }],
    ["OPEN_GOP", { startsWithKeyFrame: false }],
    [
      "OPEN_GOP",
      { segments: segments.map((segment, at) => Object.assign({}, segment, { startsWithIdr: at === 0 })) },
    ],
    ["EDIT_LIST", { isTrimmed: true }],
    ["ROTATION", { isTurned: true }],
    ["STREAM_CHANGES", { hasOneDescription: false }],
    [
      "BITRATE",
      { segments: segments.map((segment) => Object.assign({}, segment, { sizeBytes: 9_000_000 })) },
    ],
  ])("%s, by the index", (code, picture) => {
    const { reasons, plan } = planInstant(sourceOf(), indexOf(picture));
    expect(reasons.map((reason) => reason.code)).toEqual([code]);
    expect(plan).toBeNull();
  });

  test("a file whose index cannot be read is not judged by guesses", () => {
    expect(codes(sourceOf(), null)).toEqual(["INDEX"]);
    expect(codes(sourceOf({ codec: "hevc" }), null)).toEqual(["CODEC"]);
  });

  test("every reason states what was found and what was expected", () => {
    const { reasons } = planInstant(sourceOf({ frameRate: 120 }), indexOf({ longestGopMs: 12_345 }));
    expect(reasons.map(({ message }) => message)).toEqual([
      "The video has 120.00 frames per second; expected at most 60.",
      "Key frames are up to 12.3 s apart; expected at most 10.0 s.",
    ]);
  });
});

describe("sound that cannot be copied is encoded, and the picture plays all the same", () => {
  test.each([
    ["high efficiency", { objectType: 5 }],
    ["another sampling rate", { sampleRate: 32_000 }],
    ["gaps", { isGapless: false }],
    ["a late beginning", { startMs: 40 }],
  ])("%s", (_name, sound) => {
    const { reasons, plan } = planInstant(sourceOf(), indexOf({}, sound));
    expect(reasons.map(({ code }) => code)).toEqual(["AUDIO"]);
    expect(plan).toMatchObject({ sounds: [] });
  });

  test("another codec is named", () => {
    const [track] = sourceOf().sounds;
    if (track === undefined) throw new Error("The fixture has sound.");
    const sounds = [{ ...track, probe: { ...track.probe, codec: "pcm_s16le" } }];
    const { reasons } = planInstant(sourceOf({}, { sounds }), { ...indexOf(), sounds: [null] });
    expect(reasons).toEqual([
      {
        code: "AUDIO",
        message:
          "The audio is pcm_s16le with 2 channels at 48000 Hz; expected AAC-LC with one or two channels at 44100 or 48000 Hz. It is encoded, which does not exclude the video.",
      },
    ]);
  });
});

test("a silent source needs no sound", () => {
  const source = sourceOf();
  const silent = { ...source, sounds: [], probe: { ...source.probe, audio: null } };
  expect(planInstant(silent, { ...indexOf(), sounds: [] })).toMatchObject({
    reasons: [],
    plan: { sounds: [] },
  });
});
