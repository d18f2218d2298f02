import type { UnsupportedAudioTrack, VideoStreamProbe } from "@reelay/contracts";
import { inputError } from "../../errors.ts";
import { type AudioStream, planTracks, readHandler, readTitle } from "./audio-track.ts";
import { type ChosenStreams, chooseStreams } from "./choose-streams.ts";
import type { ProbedFile, ProbedStream } from "./ffprobe-json.ts";
import { type PictureProbe, parseRatio, type Ratio, type SourceFile } from "./source-file.ts";

/**
 * Converts ffprobe's output into a `SourceFile`. Throws a `RenderError` that explains why the file cannot be
 * rendered.
 *
 * Of the usable streams (`chooseStreams`) the default one wins, else the first; other audio tracks follow.
 * Undecodable audio is treated as absent, since a silent video is better than none.
 *
 * @param wants `AUDIO` for a profile without rungs: video is ignored and may be missing
 * @param decodable codecs that ffmpeg can decode. Default: every codec that ffprobe recognizes.
 */
export function parseProbe(
  probed: ProbedFile,
  file: { input: string; sizeBytes: number },
  wants: "PICTURE" | "AUDIO" = "PICTURE",
  decodable?: readonly string[],
): SourceFile {
  const { format, streams } = probed;
  if (!format) throw inputError("SOURCE_NOT_A_VIDEO", notAVideo("its container was not recognized"));
  const { usableAudio, unsupportedAudio, ...chosen } = chooseStreams(probed, decodable);
  const { made, leftOut } = planTracks(usableAudio.map(toAudio));
  const audioTracks = [...made, ...leftOut];
  const audio = usableAudio.find(({ index }) => index === made[0]?.index);
  const video = wants === "AUDIO" ? inPlaceOfPicture(audio, format.format_name) : chosen.video;
  if (!video) throw withoutVideo(streams, format.format_name);
  if (!video.width || !video.height) {
    throw inputError(
      "SOURCE_CODEC_UNSUPPORTED",
      `The source's video stream (codec ${video.codec_name ?? "unknown"}) cannot be decoded: its frame size could not be read. Convert it to H.264 and upload that.`,
    );
  }
  const frameRate = readFrameRate(video);
  const probe: PictureProbe = {
    container: format.format_name,
    durationMs: readDurationMs(format) ?? toDurationMs(video.duration),
    sizeBytes: file.sizeBytes,
    bitrateBps: toCount(format.bit_rate),
    video: parseVideo(video, video.width, video.height, frameRate),
    audio: audioTracks[0]?.probe ?? null,
    ...(audioTracks.length > 1 && { audios: audioTracks.map(({ probe }) => probe) }),
    ...(unsupportedAudio.length > 0 && { unsupportedAudio: unsupportedAudio.map(toUnsupportedTrack) }),
    streamCount: streams.length,
  };
  return {
    input: file.input,
    probe,
    videoIndex: video.index,
    audioTracks: made,
    zeroSeconds: readZero(probed, [
      video,
      ...usableAudio.filter(({ index }) => made.some((audio) => audio.index === index)),
    ]),
    promised: { frames: toCount(video.nb_frames), durationMs: readLength(video) },
    frameRate,
    otherPictures: streams
      .filter(({ codec_type, index }) => codec_type === "video" && index !== chosen.video?.index)
      .map(({ width = 0, height = 0, pix_fmt: pixelFormat = null }) => ({ width, height, pixelFormat })),
    ...(wants === "AUDIO" && { isAudioOnly: true }),
  };
}

/** Matroska states the end time: a file that starts late is shorter than that. */
function readDurationMs({
  format_name,
  start_time,
  duration,
}: NonNullable<ProbedFile["format"]>): number | null {
  const durationMs = toDurationMs(duration);
  const startMs = Math.max(0, (toNumber(start_time) ?? 0) * 1000);
  const isEnd = durationMs !== null && format_name.startsWith("matroska") && startMs < durationMs;
  return isEnd ? Math.round((durationMs - startMs) * 1000) / 1000 : durationMs;
}

function toAudio({ index, tags, disposition, ...stream }: ProbedStream): AudioStream {
  const title = readTitle(tags?.["title"]) ?? readHandler(tags?.["handler_name"]);
  const startTime = toNumber(stream.start_time);
  const endSeconds = readEnd(stream.duration, tags, startTime);
  return {
    index,
    disposition,
    ...(endSeconds !== null && { endSeconds }),
    probe: {
      codec: stream.codec_name ?? "unknown",
      channels: stream.channels ?? 2,
      sampleRate: toCount(stream.sample_rate) ?? 48_000,
      language: toLanguage(tags?.["language"]),
      startTime,
      ...(title !== undefined && { title }),
    },
  };
}

function toUnsupportedTrack({
  stream,
  reason,
}: ChosenStreams["unsupportedAudio"][number]): UnsupportedAudioTrack {
  const { codec, language, title } = toAudio(stream).probe;
  return { codec, language, ...(title !== undefined && { title }), reason };
}

/** Matroska states a track's end in a tag. */
function readEnd(
  duration: string | undefined,
  tags: ProbedStream["tags"],
  startTime: number | null,
): number | null {
  const seconds = toNumber(duration);
  if (seconds !== null) return (startTime ?? 0) + seconds;
  const [, hours, minutes, rest] = /^(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(tags?.["DURATION"] ?? "") ?? [];
  return toNumber(rest) === null ? null : Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
}

/**
 * Milliseconds from a stream's first frame to the end of its last. Without Matroska's tag, ffprobe reports
 * the whole file's length.
 */
function readLength({ duration, tags, start_time }: ProbedStream): number | null {
  const startTime = toNumber(start_time);
  const endSeconds = readEnd(undefined, tags, startTime) ?? readEnd(duration, tags, startTime);
  return endSeconds === null ? null : toDurationMs(String(endSeconds - (startTime ?? 0)));
}

/** Placeholder for the video of an audio-only render, with the duration and index of the audio stream. */
function inPlaceOfPicture(audio: ProbedStream | undefined, container: string): ProbedStream {
  if (audio) return { ...audio, codec_name: "none", width: 2, height: 2 };
  throw inputError(
    "SOURCE_HAS_NO_AUDIO",
    `The source (${container}) has no audio that can be decoded, and its profile is audio only. Upload a file with audio, or use a profile with rungs.`,
  );
}

/**
 * ffmpeg's zero: a file starts with its first stream, but in formats whose clocks jump only the used streams
 * count.
 */
function readZero({ format }: ProbedFile, used: readonly (ProbedStream | undefined)[]): number {
  const starts = used.map((stream) => toNumber(stream?.start_time)).filter((start) => start !== null);
  const ofFile = toNumber(format?.start_time) ?? 0;
  return format?.format_name === "mpegts" && starts.length > 0 ? Math.min(...starts) : ofFile;
}

function parseVideo(
  stream: ProbedStream,
  codedWidth: number,
  codedHeight: number,
  frameRate: Ratio | null,
): VideoStreamProbe {
  const rotation = readRotation(stream);
  const pixelAspect = parseRatio(stream.sample_aspect_ratio) ?? { num: 1, den: 1 };
  // Square pixels by changing the width: the number of lines, and so the sharpness, is kept.
  const squareWidth = Math.max(1, Math.round((codedWidth * pixelAspect.num) / pixelAspect.den));
  const isTurned = rotation === 90 || rotation === 270;
  return {
    codec: stream.codec_name ?? "unknown",
    profile: stream.profile ?? null,
    pixelFormat: stream.pix_fmt ?? null,
    codedWidth,
    codedHeight,
    width: isTurned ? codedHeight : squareWidth,
    height: isTurned ? squareWidth : codedHeight,
    rotation,
    pixelAspect,
    frameRate: frameRate ? frameRate.num / frameRate.den : null,
    isVariableFrameRate: isVariableFrameRate(stream),
    isInterlaced: ["tt", "bb", "tb", "bt"].includes(stream.field_order ?? ""),
    frames: toCount(stream.nb_frames),
    hdr:
      stream.color_transfer === "smpte2084" ? "PQ" : stream.color_transfer === "arib-std-b67" ? "HLG" : null,
    colorPrimaries: stream.color_primaries ?? null,
    colorTransfer: stream.color_transfer ?? null,
    colorSpace: stream.color_space ?? null,
    colorRange: stream.color_range ?? null,
    startTime: toNumber(stream.start_time),
  };
}

/**
 * The display matrix (or the older `rotate` tag) as clockwise degrees. ffprobe states the matrix
 * counter-clockwise. Other rotations than quarter turns are ignored, since ffmpeg's automatic rotation keeps
 * the frame size for them.
 */
function readRotation(stream: ProbedStream): 0 | 90 | 180 | 270 {
  const matrix = stream.side_data_list?.find((data) => data.rotation !== undefined)?.rotation;
  const clockwise = matrix === undefined ? Number(stream.tags?.["rotate"] ?? 0) : -matrix;
  const turned = ((Math.round(clockwise) % 360) + 360) % 360;
  return turned === 90 || turned === 180 || turned === 270 ? turned : 0;
}

/**
 * The average, unless a longer first or last frame (fragments, recordings) has shifted it to an unusual rate
 * next to the base rate.
 */
function readFrameRate(stream: ProbedStream): Ratio | null {
  const average = parseRatio(stream.avg_frame_rate);
  const base = parseRatio(stream.r_frame_rate);
  if (!average || !base) return average ?? base;
  return !isVariableFrameRate(stream) && !isUsual(average) && isUsual(base) ? base : average;
}

/** 12.5, 24, 25, 30000/1001 … */
const isUsual = ({ den }: Ratio): boolean => [1, 2, 1001].includes(den);

/**
 * Whether the base rate (the coarsest grid of all timestamps) differs from the average by more than rounding.
 */
function isVariableFrameRate(stream: ProbedStream): boolean {
  const base = parseRatio(stream.r_frame_rate);
  const average = parseRatio(stream.avg_frame_rate);
  if (!base || !average) return true;
  const quotient = base.num / base.den / (average.num / average.den);
  return Math.abs(quotient - 1) > 0.005;
}

function withoutVideo(streams: ProbedStream[], container: string): Error {
  if (streams.some((stream) => stream.codec_type === "audio" || stream.codec_type === "video")) {
    return inputError(
      "SOURCE_HAS_NO_VIDEO",
      `The source (${container}) has audio but no video. Upload a file with video.`,
    );
  }
  return inputError(
    "SOURCE_NOT_A_VIDEO",
    notAVideo(`its container (${container}) has neither video nor audio`),
  );
}

export const notAVideo = (why: string): string =>
  `The source is not a readable video: ${why}. Upload a video file such as MP4, MOV, MKV, WebM, AVI or MPEG-TS.`;

function toDurationMs(seconds: string | undefined): number | null {
  const value = toNumber(seconds);
  return value !== null && value > 0 ? Math.round(value * 1000 * 1000) / 1000 : null;
}

function toNumber(text: string | undefined): number | null {
  const value = Number(text ?? Number.NaN);
  return Number.isFinite(value) ? value : null;
}

function toCount(text: string | undefined): number | null {
  const value = toNumber(text);
  return value !== null && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

const toLanguage = (tag: string | undefined): string | null => (tag && tag !== "und" ? tag : null);
