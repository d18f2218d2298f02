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

describe.each(["5.1", "2023"])("what ffprobe %s writes", (release) => {
  test("a quarter turn swaps the sides", async () => {
    const { probe, sounds } = parseProbe(await captured("turned-h264-aac", release), file);
    expect(probe.video).toMatchObject({
      rotation: 90,
      codedWidth: 640,
      codedHeight: 360,
      width: 360,
      height: 640,
    });
    expect(probe).toMatchObject({ audio: { codec: "aac", channels: 1, sampleRate: 44_100 }, streamCount: 2 });
    expect(sounds.map(({ name, index }) => [name, index])).toEqual([["audio", 1]]);
  });

  test("high dynamic range is recognized by its transfer function", async () => {
    const { probe, frameRate } = parseProbe(await captured("hdr-hevc", release), file);
    expect(probe.video).toMatchObject({
      hdr: "PQ",
      codec: "hevc",
      pixelFormat: "yuv420p10le",
      isInterlaced: false,
    });
    expect(frameRate).toEqual({ num: 60, den: 1 });
  });

  test("wide pixels become width, and interlacing is seen", async () => {
    const { probe } = parseProbe(await captured("interlaced-anamorphic", release), file);
    expect(probe.video).toMatchObject({
      width: 1024,
      height: 576,
      pixelAspect: { num: 64, den: 45 },
      isInterlaced: true,
    });
  });

  test("a cover picture is no video", async () => {
    const probed = await captured("sound-with-cover", release);
    expect(() => parseProbe(probed, file)).toThrow(RenderError);
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

test("Matroska tells in a tag when its pictures end: sound may go on for long", () => {
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
  "a base rate of %s and an average of %s: a rate that is usual is believed where both are near",
  (base, average, rate) => {
    const streams = [
      { index: 0, codec_type: "video", width: 2, height: 2, r_frame_rate: base, avg_frame_rate: average },
    ];
    expect(parseProbe({ streams, programs: [], format: { format_name: "mp4" } }, file).frameRate).toEqual(
      rate,
    );
  },
);

test("the stream flagged as default is taken, and sound without a decoder is passed over, and told", () => {
  const sound = { codec_type: "audio", channels: 2, sample_rate: "48000" };
  const streams = [
    { ...video, disposition: { default: 0 } },
    { ...video, index: 1, disposition: { default: 1 } },
    { ...sound, index: 2, codec_name: "mpegh_3d_audio", tags: { language: "ger", title: "Surround" } },
    { ...sound, index: 3, codec_name: "opus" },
  ];
  const source = parseProbe({ streams, programs: [], format }, file, "PICTURE", ["opus"]);
  expect(source).toMatchObject({ videoIndex: 1, sounds: [{ index: 3 }] });
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
