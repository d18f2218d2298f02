import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { RenderError } from "../../errors.ts";
import { explainProbeFailure } from "./explain-failure.ts";
import { ProbedFile } from "./ffprobe-json.ts";
import { parseProbe } from "./parse-probe.ts";

/** Captured output of both releases for one file. */
const captured = async (name: string, release: string) => {
  const text = await readFile(
    join(import.meta.dirname, "fixtures", `${name}.ffprobe-${release}.json`),
    "utf8",
  );
  return ProbedFile.parse(JSON.parse(text));
};
const file = { input: "/clip", sizeBytes: 1_000 };

describe.each(["5.1", "2023"])("output of ffprobe %s", (release) => {
  test("a rotation by 90 degrees swaps width and height", async () => {
    const { probe, audioTracks } = parseProbe(await captured("turned-h264-aac", release), file);
    expect(probe.video).toMatchObject({
      rotation: 90,
      codedWidth: 640,
      codedHeight: 360,
      width: 360,
      height: 640,
    });
    expect(probe).toMatchObject({ audio: { codec: "aac", channels: 1, sampleRate: 44_100 }, streamCount: 2 });
    expect(audioTracks.map(({ name, index }) => [name, index])).toEqual([["audio", 1]]);
  });

  test("HDR is recognized by its transfer function", async () => {
    const { probe, frameRate } = parseProbe(await captured("hdr-hevc", release), file);
    expect(probe.video).toMatchObject({
      hdr: "PQ",
      codec: "hevc",
      pixelFormat: "yuv420p10le",
      isInterlaced: false,
    });
    expect(frameRate).toEqual({ num: 60, den: 1 });
  });

  test("wide pixels increase the width, and interlacing is detected", async () => {
    const { probe } = parseProbe(await captured("interlaced-anamorphic", release), file);
    expect(probe.video).toMatchObject({
      width: 1024,
      height: 576,
      pixelAspect: { num: 64, den: 45 },
      isInterlaced: true,
    });
  });

  test("cover art is not a video", async () => {
    const probed = await captured("audio-with-cover", release);
    expect(() => parseProbe(probed, file)).toThrow(RenderError);
    const { otherPictures } = parseProbe(probed, file, "AUDIO");
    expect(otherPictures).toMatchObject([{ width: expect.any(Number), pixelFormat: expect.any(String) }]);
  });
});

const video = { index: 0, codec_type: "video", codec_name: "h264", width: 640, height: 360 };
const format = { format_name: "matroska,webm" };

test.each([
  ["30/1", "30/1", false],
  ["30000/1001", "2997/100", false],
  ["90000/1", "24/1", true],
  ["0/0", "0/0", true],
])("a base rate of %s and an average of %s: variable is %s", (base, average, isVariable) => {
  const streams = [{ ...video, r_frame_rate: base, avg_frame_rate: average }];
  expect(parseProbe({ streams, programs: [], format }, file).probe.video.isVariableFrameRate).toBe(
    isVariable,
  );
});

test("Matroska's DURATION tag gives the video's end, even if the audio is longer", () => {
  const streams = [
    { ...video, start_time: "0.500000", duration: "300.000000", tags: { DURATION: "00:01:30.500000000" } },
  ];
  expect(parseProbe({ streams, programs: [], format }, file).promised).toEqual({
    frames: null,
    durationMs: 90_000,
  });
});

test.each([
  // A fragmented recording at 60 whose first frame lasts longer.
  ["60/1", "2764800/46181", { num: 60, den: 1 }],
  ["30000/1001", "30000/1001", { num: 30_000, den: 1001 }],
  ["30/1", "30000/1001", { num: 30_000, den: 1001 }],
  ["60/1", "45/1", { num: 45, den: 1 }],
  ["90000/1", "2764800/46181", { num: 2_764_800, den: 46_181 }],
])(
  "a base rate of %s and an average of %s: a standard rate close to both is preferred",
  (base, average, rate) => {
    const streams = [
      { index: 0, codec_type: "video", width: 2, height: 2, r_frame_rate: base, avg_frame_rate: average },
    ];
    expect(parseProbe({ streams, programs: [], format: { format_name: "mp4" } }, file).frameRate).toEqual(
      rate,
    );
  },
);

test("the default stream is chosen, and audio without a decoder is skipped and reported", () => {
  const audio = { codec_type: "audio", channels: 2, sample_rate: "48000" };
  const streams = [
    { ...video, disposition: { default: 0 } },
    { ...video, index: 1, disposition: { default: 1 } },
    { ...audio, index: 2, codec_name: "mpegh_3d_audio", tags: { language: "ger", title: "Surround" } },
    { ...audio, index: 3, codec_name: "opus" },
  ];
  const source = parseProbe({ streams, programs: [], format }, file, "PICTURE", ["opus"]);
  expect(source).toMatchObject({ videoIndex: 1, audioTracks: [{ index: 3 }] });
  expect(source.probe.unsupportedAudio).toEqual([
    { codec: "mpegh_3d_audio", language: "ger", title: "Surround", reason: "UNDECODABLE" },
  ]);
});

test.each([
  ["[mov] moov atom not found\nclip: Invalid data found when processing input", "SOURCE_TRUNCATED", false],
  ["[hevc] Picture size 30000x30000 exceeds specified max pixel count", "SOURCE_TOO_MANY_PIXELS", false],
  ["[hls @ 0x1] Format not on whitelist 'mov'\nclip: Invalid argument", "SOURCE_NOT_A_VIDEO", false],
  [
    "[nut @ 0x1] Format not on whitelist 'mov'\nclip: Invalid argument",
    "SOURCE_CONTAINER_UNSUPPORTED",
    false,
  ],
  ["Codec (0x1) not on whitelist 'h264'", "SOURCE_CODEC_UNSUPPORTED", false],
  ["clip: Permission denied", "SOURCE_UNREADABLE", true],
  ["clip: Invalid data found when processing input", "SOURCE_NOT_A_VIDEO", false],
])("%j means %s, retriable: %s", (stderr, code, retriable) => {
  expect(explainProbeFailure(stderr, { sourcePixels: 1 }).reported).toMatchObject({ code, retriable });
});
