import type { UnsupportedAudioReason } from "@reelay/contracts";
import type { ProbedFile, ProbedStream } from "./ffprobe-json.ts";

/** The streams of a file that are encoded, and the audio that is not. */
export interface ChosenStreams {
  /** Undefined if the file has no video. */
  video: ProbedStream | undefined;
  /** In the order of the file. */
  usableAudio: ProbedStream[];
  unsupportedAudio: { stream: ProbedStream; reason: UnsupportedAudioReason }[];
}

/**
 * Selects the video and audio streams to encode. A readable video stream is preferred, since recordings also
 * list streams that were never recorded. An audio stream is usable if it can be decoded, is not empty and, in
 * a transport stream with several programs, belongs to the video's program. Pure.
 *
 * @param decodable codecs that ffmpeg can decode. Default: every codec that ffprobe recognizes.
 */
export function chooseStreams(probed: ProbedFile, decodable?: readonly string[]): ChosenStreams {
  const { streams, programs } = probed;
  const pictures = streams.filter(isVideo);
  const video = preferred(pictures.filter(isReadable)) ?? preferred(pictures);
  const others = otherPrograms(programs, video ?? preferred(streams.filter(isAudio)));
  const judged = streams.filter(isAudio).map((stream) => {
    const isElsewhere = others.has(stream.index);
    const reason: UnsupportedAudioReason | null = isElsewhere
      ? "OTHER_PROGRAM"
      : judge(stream, { probed, video, decodable });
    return { stream, reason };
  });
  return {
    video,
    usableAudio: judged.flatMap(({ stream, reason }) => (reason === null ? [stream] : [])),
    unsupportedAudio: judged.flatMap(({ stream, reason }) => (reason === null ? [] : [{ stream, reason }])),
  };
}

/** The one flagged as default, else the first. */
const preferred = (streams: readonly ProbedStream[]): ProbedStream | undefined =>
  streams.find(({ disposition }) => disposition?.["default"] === 1) ?? streams[0];

/** Cover art is not video. */
const isVideo = ({ codec_type, disposition }: ProbedStream): boolean =>
  codec_type === "video" && disposition?.["attached_pic"] !== 1;

const isAudio = ({ codec_type }: ProbedStream): boolean => codec_type === "audio";

/** Without a decoder or any frames, ffprobe reports no pixel format. */
const isReadable = ({ width, height, pix_fmt }: ProbedStream): boolean =>
  Boolean(width && height && pix_fmt !== undefined);

/** Indexes of the streams that share no program with `of`. A stream without a program belongs to all. */
function otherPrograms(programs: ProbedFile["programs"], of: ProbedStream | undefined): Set<number> {
  const indexes = programs.map(({ streams }) => streams.map(({ index }) => index));
  const own = indexes.filter((program) => of !== undefined && program.includes(of.index)).flat();
  return own.length === 0 ? new Set() : new Set(indexes.flat().filter((index) => !own.includes(index)));
}

function judge(
  stream: ProbedStream,
  known: { probed: ProbedFile; video: ProbedStream | undefined; decodable: readonly string[] | undefined },
): UnsupportedAudioReason | null {
  if (!isDecodable(stream, known.decodable)) return "UNDECODABLE";
  return isEmpty(stream, known) ? "EMPTY" : null;
}

const isDecodable = (
  { codec_name, channels, sample_rate }: ProbedStream,
  decodable: readonly string[] | undefined,
): boolean =>
  codec_name !== undefined &&
  codec_name !== "unknown" &&
  codec_name !== "none" &&
  (decodable?.includes(codec_name) ?? true) &&
  (channels ?? 0) > 0 &&
  isSampleRate(Number(sample_rate));

/**
 * Sample rates that occur in practice, from telephony to DSD. Resampling from 1 Hz to 48 kHz would allocate
 * gigabytes and never end.
 */
const isSampleRate = (hertz: number): boolean => hertz >= 1_000 && hertz <= 12_288_000;

/** Containers whose index counts the frames of each track. */
const COUNTING = /^mov,/;

/** Whether the container declares the track empty. */
function isEmpty(
  { nb_frames, tags }: ProbedStream,
  { probed, video }: { probed: ProbedFile; video: ProbedStream | undefined },
): boolean {
  // Matroska stores durations of tracks in tags; ffprobe's other durations are those of the whole file.
  if (/^0+:00:00(\.0+)?$/.test(tags?.["DURATION"] ?? "")) return true;
  const isCounted = COUNTING.test(probed.format?.format_name ?? "") && Number(video?.nb_frames) > 0;
  return isCounted && !(Number(nb_frames) > 0);
}
