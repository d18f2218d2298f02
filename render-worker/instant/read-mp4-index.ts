import { open } from "node:fs/promises";
import { findBox, walkBoxes } from "../hls/boxes.ts";
import type { SourceFile } from "../probe/source-file.ts";
import { readPiece, type SourceReader } from "../source/source-reader.ts";
import { readAvcConfig, readSoundConfig } from "./decoder-configs.ts";
import { isIdr, type ReadsAt } from "./is-idr.ts";
import { type Mp4Track, readTrack } from "./mp4-track.ts";
import { type KeyFrame, longestGop, planCuts } from "./plan-cuts.ts";
import { samplePositions } from "./sample-positions.ts";
import type { PictureIndex, SoundIndex, SourceIndex } from "./source-index.ts";
import { placeTrack } from "./timeline.ts";

/**
 * Where the source is not on this machine each look at a frame is a request to the store: so many of them, evenly spread, speak for all. An
 * encoder that begins groups of pictures without IDR frames does so throughout.
 */
const maxFarLooks = 64;
const looksAtOnce = 16;
/** Looked at in one go: what stands before a frame's slices. */
const windowBytes = 4_096;

/** What is read of a file, wherever it lies. */
interface Looks extends AsyncDisposable, ReadsAt {
  mostLooks: number;
  /** For one frame, a few bytes here and there. */
  atFrame(): ReadsAt;
  /** False: what is there would have to be waited for, and the other looks must do. */
  isAtHand(position: number): boolean;
}

/** Some hours of video have a few megabytes of tables. */
const maxMovieBytes = 256 * 1024 * 1024;

/**
 * The index of an MP4 or MOV file, from its tables and the first bytes of the frames that segments will begin with: the rest is not read,
 * however long the video is. Null where the tables do not say it all (fragmented files) or are not for H.264.
 */
export async function readMp4Index(
  source: SourceFile,
  {
    reader,
    segmentDurationMs,
    signal,
  }: { reader: SourceReader; segmentDurationMs: number; signal: AbortSignal },
): Promise<SourceIndex | null> {
  await using file = await openLooks(source, reader, signal);
  const moov = await readMovie(file, source.probe.sizeBytes);
  if (moov === null || findBox(moov, ["mvex"]) !== null) return null;
  const mvhd = findBox(moov, ["mvhd"]);
  if (mvhd === null) return null;
  const movieTimeScale = mvhd.readUInt32BE(mvhd[0] === 1 ? 20 : 12);
  // ffmpeg counts its streams in the order of the tracks.
  const tracks = [...walkBoxes(moov)]
    .filter(({ type }) => type === "trak")
    .map(({ body }) => readTrack(body));
  const video = tracks[source.videoIndex];
  if (video?.handler !== "vide") return null;
  const originMs = source.zeroSeconds * 1000;
  const picture = await readPicture(file, video, { movieTimeScale, originMs, segmentDurationMs, signal });
  if (picture === null) return null;
  return {
    picture,
    sounds: source.sounds.map(({ index }) => {
      const sound = tracks[index];
      return sound?.handler === "soun" ? readSound(sound, { movieTimeScale, originMs }) : null;
    }),
  };
}

async function openLooks(source: SourceFile, reader: SourceReader, signal: AbortSignal): Promise<Looks> {
  if (source.input.startsWith("file:")) {
    const file = await open(source.input.slice("file:".length), "r");
    const read: ReadsAt["read"] = (buffer, offset, length, position) =>
      file.read(buffer, offset, length, position);
    return {
      mostLooks: Number.POSITIVE_INFINITY,
      read,
      atFrame: () => ({ read }),
      isAtHand: () => true,
      [Symbol.asyncDispose]: () => file.close(),
    };
  }
  return {
    mostLooks: maxFarLooks,
    isAtHand: (position) => reader.isAtHand(position),
    atFrame() {
      let window: { from: number; bytes: Buffer } = { from: 0, bytes: Buffer.of() };
      return {
        async read(buffer, offset, length, position) {
          const isInside = position >= window.from && position + length <= window.from + window.bytes.length;
          if (!isInside) window = { from: position, bytes: await reader.look(position, windowBytes, signal) };
          const at = position - window.from;
          return { bytesRead: window.bytes.copy(buffer, offset, at, at + length) };
        },
      };
    },
    async read(buffer, offset, length, position) {
      const piece =
        length <= windowBytes
          ? await reader.look(position, length, signal)
          : await readPiece(reader, position, length, signal);
      piece.copy(buffer, offset);
      return { bytesRead: piece.length };
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function readMovie(file: Looks, sizeBytes: number): Promise<Buffer | null> {
  const header = Buffer.alloc(16);
  for (let at = 0; at + 8 <= sizeBytes; ) {
    const { bytesRead } = await file.read(header, 0, 16, at);
    if (bytesRead < 16) return null;
    const size32 = header.readUInt32BE(0);
    const headerBytes = size32 === 1 ? 16 : 8;
    const size = size32 === 1 ? Number(header.readBigUInt64BE(8)) : size32;
    if (size < headerBytes || at + size > sizeBytes) return null;
    if (header.toString("latin1", 4, 8) === "moov") {
      if (size > maxMovieBytes) return null;
      const moov = Buffer.alloc(size - headerBytes);
      const read = await file.read(moov, 0, moov.length, at + headerBytes);
      return read.bytesRead === moov.length ? moov : null;
    }
    at += size;
  }
  return null;
}

interface Placing {
  movieTimeScale: number;
  /** Where the timeline begins on the movie's clock. */
  originMs: number;
}

async function readPicture(
  file: Looks,
  track: Mp4Track,
  {
    movieTimeScale,
    originMs,
    segmentDurationMs,
    signal,
  }: Placing & { segmentDurationMs: number; signal: AbortSignal },
): Promise<PictureIndex | null> {
  const config = readAvcConfig(track.descriptions);
  if (config === null || track.sizes.length === 0) return null;
  const placed = placeTrack(track, movieTimeScale);
  const endMs = placed.endMs - originMs;
  const { samples, keyFrames } = readKeyFrames(track, (sample) => placed.shownMs(sample) - originMs);
  const cuts = planCuts(keyFrames, endMs, segmentDurationMs);
  const cutSamples = cuts.at.map((index) => samples[index] ?? 0);
  const positions = samplePositions(track, cutSamples);
  if (positions === null) return null;
  const total = track.sizes.reduce((sum, size) => sum + size, 0);
  const segments: PictureIndex["segments"][number][] = [];
  const step = Math.max(1, Math.ceil(cuts.at.length / file.mostLooks));
  const looked = await lookAtFrames(
    file,
    cuts.at.flatMap((_, segment) => {
      const position = positions[segment] ?? 0;
      const sizeBytes = track.sizes[cutSamples[segment] ?? 0] ?? 0;
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
    startsWithKeyFrame: samples[0] === 0,
    longestGopMs: longestGop(keyFrames, endMs),
    cuts: { pieceMs: cuts.pieceMs, borderMs: cuts.borderMs },
    segments,
    isTrimmed: placed.isTrimmed,
    isTurned: !track.isUpright,
    hasOneDescription: track.descriptions.length === 1,
  };
}

type Frame = Parameters<typeof isIdr>[1];

/** Whether they begin with an IDR picture, by their segments. */
async function lookAtFrames(
  file: Looks,
  frames: readonly { segment: number; sample: Frame }[],
  signal: AbortSignal,
): Promise<Map<number, boolean>> {
  const looked = new Map<number, boolean>();
  for (let from = 0; from < frames.length; from += looksAtOnce) {
    signal.throwIfAborted();
    await Promise.all(
      frames.slice(from, from + looksAtOnce).map(async ({ segment, sample }) => {
        looked.set(segment, await isIdr(file.atFrame(), sample));
      }),
    );
  }
  return looked;
}

function readKeyFrames(track: Mp4Track, shownMs: (sample: number) => number) {
  const samples = track.syncSamples ?? Array.from(track.sizes, (_, sample) => sample);
  const keyFrames: KeyFrame[] = [];
  let bytesBefore = 0;
  let sample = 0;
  for (const [index, key] of samples.entries()) {
    for (; sample < key; sample += 1) bytesBefore += track.sizes[sample] ?? 0;
    // The first frame stands still from the beginning.
    keyFrames.push({ timeMs: index === 0 ? 0 : shownMs(key), bytesBefore });
  }
  return { samples, keyFrames };
}

function readSound(track: Mp4Track, { movieTimeScale, originMs }: Placing): SoundIndex | null {
  const config = readSoundConfig(track.descriptions);
  if (config === null || track.descriptions.length !== 1) return null;
  const placed = placeTrack(track, movieTimeScale);
  const last = track.durations.length - 1;
  return {
    ...config,
    isGapless:
      track.timeScale === config.sampleRate &&
      !placed.isTrimmedInside &&
      track.durations.every(({ count, ticks }, run) => ticks === 1024 || (run === last && count === 1)),
    primingSamples: placed.skippedTicks,
    startMs: placed.startMs - originMs,
    endMs: placed.endMs - originMs,
  };
}
