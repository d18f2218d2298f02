import { describe, expect, test } from "vitest";
import type { SourceFile } from "../../../media/probe/source-file.ts";
import { sourceOf } from "../../../testing/fixtures.ts";
import { planInstant } from "./plan-instant.ts";
import type { AudioIndex, PictureIndex, SourceIndex } from "./source-index.ts";

const segments = [
  { startMs: 0, durationMs: 4_000, sizeBytes: 1_000_000, startsWithIdr: true },
  { startMs: 4_000, durationMs: 5_000, sizeBytes: 1_500_000, startsWithIdr: true },
];

function indexOf(picture: Partial<PictureIndex> = {}, audio: Partial<AudioIndex> = {}): SourceIndex {
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
    audioTracks: [
      {
        objectType: 2,
        sampleRate: 48_000,
        channels: 2,
        isGapless: true,
        primingSamples: 1_024,
        startMs: 0,
        endMs: 9_000,
        ...audio,
      },
    ],
  };
}

const codes = (source: SourceFile, index: SourceIndex | null) =>
  planInstant(source, index).reasons.map(({ code }) => code);

test("H.264 with AAC and close keyframes is copied, and its properties are known before it is cut", () => {
  expect(planInstant(sourceOf(), indexOf())).toEqual({
    reasons: [],
    plan: {
      cuts: { pieceMs: 1_000, borderMs: 4_000 },
      lengthBytes: 4,
      longestSegmentMs: 5_000,
      peakBps: 2_400_000,
      audioTracks: [{ track: sourceOf().audioTracks[0], channels: 2, primingPackets: 1 }],
    },
  });
});

describe("a source is not copied because of", () => {
  test.each([
    ["CODEC", { codec: "vp9" }],
    ["PROFILE", { profile: "High 10" }],
    ["PIXEL_FORMAT", { pixelFormat: "yuv420p10le" }],
    ["HDR", { hdr: "PQ" as const }],
    ["INTERLACED", { isInterlaced: true }],
    ["PIXEL_ASPECT", { pixelAspect: { num: 64, den: 45 } }],
    ["ROTATION", { rotation: 90 as const }],
    ["FRAME_RATE", { frameRate: 120 }],
  ])("%s, according to the probe", (code, video) => {
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
  ])("%s, according to the index", (code, picture) => {
    const { reasons, plan } = planInstant(sourceOf(), indexOf(picture));
    expect(reasons.map((reason) => reason.code)).toEqual([code]);
    expect(plan).toBeNull();
  });

  test("a file with an unreadable index is not judged by estimates", () => {
    expect(codes(sourceOf(), null)).toEqual(["INDEX"]);
    expect(codes(sourceOf({ codec: "hevc" }), null)).toEqual(["CODEC"]);
  });

  test("every reason states the expected and the actual value", () => {
    const { reasons } = planInstant(sourceOf({ frameRate: 120 }), indexOf({ longestGopMs: 12_345 }));
    expect(reasons.map(({ message }) => message)).toEqual([
      "The video has 120.00 frames per second; expected at most 60.",
      "Key frames are up to 12.3 s apart; expected at most 10.0 s.",
    ]);
  });
});

describe("audio that cannot be copied is encoded, and the video is still copied", () => {
  test.each([
    ["HE-AAC", { objectType: 5 }],
    ["another sample rate", { sampleRate: 32_000 }],
    ["gaps", { isGapless: false }],
    ["a late start", { startMs: 40 }],
  ])("%s", (_name, audio) => {
    const { reasons, plan } = planInstant(sourceOf(), indexOf({}, audio));
    expect(reasons.map(({ code }) => code)).toEqual(["AUDIO"]);
    expect(plan).toMatchObject({ audioTracks: [] });
  });

  test("an unsupported codec is named in the reason", () => {
    const [track] = sourceOf().audioTracks;
    if (track === undefined) throw new Error("The fixture has audio.");
    const audioTracks = [{ ...track, probe: { ...track.probe, codec: "pcm_s16le" } }];
    const { reasons } = planInstant(sourceOf({}, { audioTracks }), { ...indexOf(), audioTracks: [null] });
    expect(reasons).toEqual([
      {
        code: "AUDIO",
        message:
          "The audio is pcm_s16le with 2 channels at 48000 Hz; expected AAC-LC with one or two channels at 44100 or 48000 Hz. It is encoded, which does not exclude the video.",
      },
    ]);
  });
});

test("a silent source needs no audio", () => {
  const source = sourceOf();
  const silent = { ...source, audioTracks: [], probe: { ...source.probe, audio: null } };
  expect(planInstant(silent, { ...indexOf(), audioTracks: [] })).toMatchObject({
    reasons: [],
    plan: { audioTracks: [] },
  });
});
