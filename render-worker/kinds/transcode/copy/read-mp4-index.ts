import { open } from "node:fs/promises";
import {
  readAudioConfig,
  readAvcConfig,
  readMovie,
  type SampledTrack,
  samplePositions,
} from "@reelay/media-container";
import type { SourceFile } from "../../../media/probe/index.ts";
import type { SourceReader } from "../../../media/source/index.ts";
import { isIdr, type ReadsAt } from "./is-idr.ts";
import { type KeyFrame, longestGop, planCuts } from "./plan-cuts.ts";
import { readMoov } from "./read-moov.ts";
import type { AudioIndex, PictureIndex, SourceIndex } from "./source-index.ts";
import { placeTrack } from "./timeline.ts";

/**
 * For a remote source each look at a frame is a request to the store, so this many, evenly spaced, represent
 * all. An encoder that uses open groups of pictures does so throughout.
 */
const MAX_FAR_LOOKS = 64;
const LOOKS_AT_ONCE = 16;
/** Bytes per read: what precedes a frame's slices. */
const WINDOW_BYTES = 4_096;

/** Access to parts of a file, local or remote. */
interface Looks extends AsyncDisposable {
  mostLooks: number;
  /** Reads a few bytes here and there in one frame. */
  atFrame(): ReadsAt;
  /** False: reading would wait for bytes to arrive; the other looks must suffice. */
  isAtHand(position: number): boolean;
}

/** Five hours of key frames only; regular videos have one every second or two. */
const MOST_KEY_FRAMES = 1_000_000;
/** Each segment is a file for ffmpeg and a request to the store. Ten hours have fewer one-second segments. */
const MOST_SEGMENTS = 50_000;

/**
 * Reads the index of an MP4 or MOV file from its tables and the first bytes of frames at which segments will
 * start; nothing else is read, whatever the length. Null if the tables are incomplete (fragmented files), not
 * for H.264, or claim more than any accepted video has, so that hostile tables cost little memory and time.
 */
export async function readMp4Index(
  source: SourceFile,
  {
    reader,
    segmentDurationMs,
    signal,
  }: { reader: SourceReader; segmentDurationMs: number; signal: AbortSignal },
): Promise<SourceIndex | null> {
  const moov = await readMoov(reader, signal);
  const movie = moov && readMovie(moov, source);
  if (movie === null) return null;
  await using file = await openLooks(source, reader, signal);
  const placing = { movieTimeScale: movie.timeScale, originMs: source.zeroSeconds * 1000 };
  const picture = await readPicture(file, movie.picture, { ...placing, segmentDurationMs, signal });
  return (
    picture && { picture, audioTracks: movie.audioTracks.map((audio) => audio && readAudio(audio, placing)) }
  );
}

async function openLooks(source: SourceFile, reader: SourceReader, signal: AbortSignal): Promise<Looks> {
  if (source.input.startsWith("file:")) {
    const file = await open(source.input.slice("file:".length), "r");
    const read: ReadsAt["read"] = (buffer, offset, length, position) =>
      file.read(buffer, offset, length, position);
    return {
      mostLooks: Number.POSITIVE_INFINITY,
      atFrame: () => ({ read }),
      isAtHand: () => true,
      [Symbol.asyncDispose]: () => file.close(),
    };
  }
  return {
    mostLooks: MAX_FAR_LOOKS,
    isAtHand: (position) => reader.isAtHand(position),
    atFrame() {
      let window: { from: number; bytes: Buffer } = { from: 0, bytes: Buffer.of() };
      return {
        async read(buffer, offset, length, position) {
          const isInside = position >= window.from && position + length <= window.from + window.bytes.length;
          if (!isInside)
            window = { from: position, bytes: await reader.look(position, WINDOW_BYTES, signal) };
          const at = position - window.from;
          return { bytesRead: window.bytes.copy(buffer, offset, at, at + length) };
        },
      };
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

interface Placing {
  movieTimeScale: number;
  /** Start of the timeline on the movie's clock. */
  originMs: number;
}

async function readPicture(
  file: Looks,
  { track, samples }: SampledTrack,
  {
    movieTimeScale,
    originMs,
    segmentDurationMs,
    signal,
  }: Placing & { segmentDurationMs: number; signal: AbortSignal },
): Promise<PictureIndex | null> {
  const config = readAvcConfig(track.descriptions[0]);
  const { sizes } = samples;
  const keys = samples.syncSamples ?? sizes.map((_, sample) => sample);
  if (config === null || sizes.length === 0 || keys.length > MOST_KEY_FRAMES) return null;
  const placed = placeTrack(track, samples, movieTimeScale);
  const endMs = placed.endMs - originMs;
  const keyFrames = readKeyFrames(keys, sizes, (sample) => placed.shownMs(sample) - originMs);
  const cuts = planCuts(keyFrames, endMs, segmentDurationMs);
  if (cuts.at.length > MOST_SEGMENTS) return null;
  const cutSamples = cuts.at.map((index) => keys[index] ?? 0);
  const positions = samplePositions(track.tables, sizes, cutSamples);
  if (positions === null) return null;
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const segments: PictureIndex["segments"][number][] = [];
  const step = Math.max(1, Math.ceil(cuts.at.length / file.mostLooks));
  const looked = await lookAtFrames(
    file,
    cuts.at.flatMap((_, segment) => {
      const position = positions[segment] ?? 0;
      const sizeBytes = sizes[cutSamples[segment] ?? 0] ?? 0;
      const { lengthBytes } = config;
      return segment % step === 0 && file.isAtHand(position)
        ? [{ segment, sample: { position, sizeBytes, lengthBytes } }]
        : [];
    }),
    signal,
  );
  let startsWithIdr = true;
  for (const [segment, index] of cuts.at.entries()) {
    const next = keyFrames[cuts.at[segment + 1] ?? -1];
    const { timeMs: startMs, bytesBefore } = keyFrames[index] ?? { timeMs: 0, bytesBefore: 0 };
    startsWithIdr = looked.get(segment) ?? startsWithIdr;
    segments.push({
      startMs,
      durationMs: (next?.timeMs ?? endMs) - startMs,
      sizeBytes: (next?.bytesBefore ?? total) - bytesBefore,
      startsWithIdr,
    });
  }
  return {
    level: config.level,
    lengthBytes: config.lengthBytes,
    startsWithKeyFrame: keys[0] === 0,
    longestGopMs: longestGop(keyFrames, endMs),
    cuts: { pieceMs: cuts.pieceMs, borderMs: cuts.borderMs },
    segments,
    isTrimmed: placed.isTrimmed,
    isTurned: !track.isUpright,
    hasOneDescription: track.descriptions.length === 1,
  };
}

type Frame = Parameters<typeof isIdr>[1];

/** Whether each segment starts with an IDR frame. */
async function lookAtFrames(
  file: Looks,
  frames: readonly { segment: number; sample: Frame }[],
  signal: AbortSignal,
): Promise<Map<number, boolean>> {
  const looked = new Map<number, boolean>();
  for (let from = 0; from < frames.length; from += LOOKS_AT_ONCE) {
    signal.throwIfAborted();
    await Promise.all(
      frames.slice(from, from + LOOKS_AT_ONCE).map(async ({ segment, sample }) => {
        looked.set(segment, await isIdr(file.atFrame(), sample));
      }),
    );
  }
  return looked;
}

/** `keys` are ascending. */
function readKeyFrames(
  keys: Uint32Array,
  sizes: Uint32Array,
  shownMs: (sample: number) => number,
): KeyFrame[] {
  const keyFrames: KeyFrame[] = [];
  let bytesBefore = 0;
  let sample = 0;
  for (const [index, key] of keys.entries()) {
    for (; sample < key; sample += 1) bytesBefore += sizes[sample] ?? 0;
    // The first frame lasts from the beginning.
    keyFrames.push({ timeMs: index === 0 ? 0 : shownMs(key), bytesBefore });
  }
  return keyFrames;
}

const PACKET_SAMPLES = 1_024;

function readAudio(
  { track, samples }: SampledTrack,
  { movieTimeScale, originMs }: Placing,
): AudioIndex | null {
  const config = readAudioConfig(track.descriptions[0]);
  if (config === null || track.descriptions.length !== 1) return null;
  const placed = placeTrack(track, samples, movieTimeScale);
  return {
    ...config,
    isGapless:
      track.timeScale === config.sampleRate &&
      !placed.isTrimmedInside &&
      // The last packet may be shorter.
      samples.decodeTimes.subarray(1, -1).every((end, packet) => end === (packet + 1) * PACKET_SAMPLES),
    primingSamples: placed.skippedTicks,
    startMs: placed.startMs - originMs,
    endMs: placed.endMs - originMs,
  };
}
