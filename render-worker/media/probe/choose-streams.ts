import type { UnheardReason } from "@reelay/contracts";
import type { ProbedFile, ProbedStream } from "./ffprobe-json.ts";

/** What of a file is made. */
export interface ChosenStreams {
  /** Undefined: it has none. */
  video: ProbedStream | undefined;
  /** In the file's order. */
  heard: ProbedStream[];
  unheard: { stream: ProbedStream; reason: UnheardReason }[];
}

/**
 * The picture and the sound that are made. Of several pictures one that can be read goes first: recordings list what was not recorded. Sound counts
 * that can be decoded, holds something and, in a transport stream of several programmes, belongs to the picture's. Pure.
 *
 * @param decodable names of the codecs that ffmpeg has decoders for; left out: whatever ffprobe knows
 */
export function chooseStreams(probed: ProbedFile, decodable?: readonly string[]): ChosenStreams {
  const { streams, programs } = probed;
  const pictures = streams.filter(isVideo);
  const video = preferred(pictures.filter(isReadable)) ?? preferred(pictures);
  const others = otherPrograms(programs, video ?? preferred(streams.filter(isSound)));
  const judged = streams.filter(isSound).map((stream) => {
    const isElsewhere = others.has(stream.index);
    const reason: UnheardReason | null = isElsewhere
      ? "OTHER_PROGRAM"
      : judge(stream, { probed, video, decodable });
    return { stream, reason };
  });
  return {
    video,
    heard: judged.flatMap(({ stream, reason }) => (reason === null ? [stream] : [])),
    unheard: judged.flatMap(({ stream, reason }) => (reason === null ? [] : [{ stream, reason }])),
  };
}

/** The one flagged as default, else the first. */
const preferred = (streams: readonly ProbedStream[]): ProbedStream | undefined =>
  streams.find(({ disposition }) => disposition?.["default"] === 1) ?? streams[0];

/** Covers are no video. */
const isVideo = ({ codec_type, disposition }: ProbedStream): boolean =>
  codec_type === "video" && disposition?.["attached_pic"] !== 1;

const isSound = ({ codec_type }: ProbedStream): boolean => codec_type === "audio";

/** Without a decoder, or where there are no pictures, ffprobe comes to no pixel format. */
const isReadable = ({ width, height, pix_fmt }: ProbedStream): boolean =>
  Boolean(width && height && pix_fmt !== undefined);

/** Indexes of the streams that belong to programmes, but to none that this one is of. What is of no programme is of all. */
function otherPrograms(programs: ProbedFile["programs"], of: ProbedStream | undefined): Set<number> {
  const indexes = programs.map(({ streams }) => streams.map(({ index }) => index));
  const own = indexes.filter((program) => of !== undefined && program.includes(of.index)).flat();
  return own.length === 0 ? new Set() : new Set(indexes.flat().filter((index) => !own.includes(index)));
}

function judge(
  stream: ProbedStream,
  known: { probed: ProbedFile; video: ProbedStream | undefined; decodable: readonly string[] | undefined },
): UnheardReason | null {
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
 * Rates that sound really has, telephones and DSD included. With one sample a second a resampler to 48,000 takes gigabytes and does not come
 * to an end.
 */
const isSampleRate = (hertz: number): boolean => hertz >= 1_000 && hertz <= 12_288_000;

/** Whose index counts what a track holds. */
const counting = /^mov,/;

/** A track of which the container says that it holds nothing: nobody would ever come to its first sound. */
function isEmpty(
  { nb_frames, tags }: ProbedStream,
  { probed, video }: { probed: ProbedFile; video: ProbedStream | undefined },
): boolean {
  // Matroska has its lengths in tags, as far as who wrote the file knew them. What ffprobe says besides is the file's.
  if (/^0+:00:00(\.0+)?$/.test(tags?.["DURATION"] ?? "")) return true;
  const isCounted = counting.test(probed.format?.format_name ?? "") && Number(video?.nb_frames) > 0;
  return isCounted && !(Number(nb_frames) > 0);
}
