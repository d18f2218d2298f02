import { expect, test } from "vitest";
import { chooseStreams } from "./choose-streams.ts";
import { ProbedFile, type ProbedStream } from "./ffprobe-json.ts";

type Changes = Partial<ProbedStream>;
const picture = (index: number, changes: Changes = {}): ProbedStream => ({
  ...{ index, codec_type: "video", codec_name: "h264", width: 640, height: 360, pix_fmt: "yuv420p" },
  ...changes,
});
const audio = (index: number, changes: Changes = {}): ProbedStream => ({
  ...{ index, codec_type: "audio", codec_name: "aac", channels: 2, sample_rate: "48000", start_time: "0.0" },
  ...changes,
});
const choose = (streams: ProbedStream[], { container = "mpegts", programs = [] as number[][] } = {}) => {
  const listed = programs.map((indexes) => ({ streams: indexes.map((index) => ({ index })) }));
  const probed = ProbedFile.parse({ streams, programs: listed, format: { format_name: container } });
  const { video, usableAudio, unsupportedAudio } = chooseStreams(probed, ["aac", "dts"]);
  return [
    video?.index,
    usableAudio.map(({ index }) => index),
    Object.fromEntries(unsupportedAudio.map(({ stream, reason }) => [stream.index, reason])),
  ];
};

test("the default video stream is rendered, or else the first", () => {
  expect(choose([picture(0), picture(1)])).toEqual([0, [], {}]);
  expect(choose([picture(0), picture(1, { disposition: { default: 1 } })])).toEqual([1, [], {}]);
});

test("a readable video stream takes precedence over an unreadable one", () => {
  const { width: _width, height: _height, pix_fmt: _format, ...nothing } = picture(0);
  const isDefault = { disposition: { default: 1 } };
  expect(choose([{ ...nothing, ...isDefault }, picture(1)])[0]).toBe(1);
  expect(choose([{ ...nothing, width: 640, height: 360, ...isDefault }, picture(1)])[0]).toBe(1);
  // It is reported if there is no other.
  expect(choose([nothing])[0]).toBe(0);
});

test("audio without a decoder is omitted, and audio whose format appears late is kept", () => {
  expect(
    choose([picture(0), audio(1, { codec_name: "mpegh_3d_audio" }), audio(2, { codec_name: "dts" })]),
  ).toEqual([0, [2], { 1: "UNDECODABLE" }]);
});

test.each([
  ["a count", "mov,mp4,m4a,3gp,3g2,mj2", { nb_frames: "50" }, {}],
  ["a length", "matroska,webm", {}, { duration: "2.0", tags: { DURATION: "00:00:00.000000000" } }],
] satisfies [string, string, Changes, Changes][])(
  "a track that is empty according to %s in the container (%s) is omitted",
  (_what, container, ofPicture, ofAudio) => {
    const streams = [picture(0, ofPicture), audio(1, ofAudio), audio(2, { nb_frames: "90" })];
    expect(choose(streams, { container })).toEqual([0, [2], { 1: "EMPTY" }]);
  },
);

test("a track whose length the container does not state is kept", () => {
  const { start_time: _start, ...late } = audio(1);
  expect(choose([picture(0), late], { container: "matroska,webm" })).toEqual([0, [1], {}]);
  expect(choose([picture(0), audio(1, { tags: { DURATION: "01:00:00.000000000" } })])).toEqual([0, [1], {}]);
  // Fragmented: samples are not counted.
  expect(choose([picture(0), late], { container: "mov,mp4,m4a,3gp,3g2,mj2" })).toEqual([0, [1], {}]);
});

test("audio comes from the video's programme and from tracks without a programme", () => {
  const { pix_fmt: _format, ...unrecorded } = picture(0);
  const streams = [unrecorded, audio(1), picture(2), audio(3), audio(4)];
  const programs = [
    [0, 1],
    [2, 3],
  ];
  expect(choose(streams, { programs })).toEqual([2, [3, 4], { 1: "OTHER_PROGRAM" }]);
  expect(choose([audio(1), audio(3)], { programs })).toEqual([undefined, [1], { 3: "OTHER_PROGRAM" }]);
});
