import { nextBorderMs } from "../../../media/timeline/index.ts";

/** A key frame: its display time, and the video bytes before it in the file. */
export interface KeyFrame {
  timeMs: number;
  bytesBefore: number;
}

export interface Cuts {
  /** Minimum length of ffmpeg's pieces, each of which starts with a key frame: `hls_time`. */
  pieceMs: number;
  /** Distance of segment borders; a segment ends with the piece that reaches its border. */
  borderMs: number;
  /** Indexes of the key frames at which segments start, including the first. */
  at: number[];
}

/** Segments are longer only if the source has no key frame in between. */
const LONGEST_MS = 8_000;
const PIECE_MS = 1_000;
/** Tolerance for floating-point arithmetic. */
const EXACT_MS = 1e-4;
/** The same as in the publisher's cutter. */
const TOLERANCE_MS = 1;

/**
 * Plans the cuts of a source. ffmpeg starts a piece at the first key frame at or after each multiple of
 * `PIECE_MS`, counted in pieces; the publisher joins them into segments up to the next border. With uneven
 * key frames a segment may be as long as the borders' distance plus a group of pictures; then borders are
 * closer. Pure.
 */
export function planCuts(keyFrames: readonly KeyFrame[], endMs: number, segmentDurationMs: number): Cuts {
  const longestGopMs = longestGop(keyFrames, endMs);
  for (const borderMs of [segmentDurationMs, segmentDurationMs / 2, segmentDurationMs / 4]) {
    const at = toSegments(keyFrames, toPieces(keyFrames, PIECE_MS), borderMs);
    if (longest(keyFrames, at, endMs) <= Math.max(LONGEST_MS, longestGopMs))
      return { pieceMs: PIECE_MS, borderMs, at };
  }
  // At every key frame.
  return { pieceMs: 1, borderMs: 1, at: toSegments(keyFrames, toPieces(keyFrames, 1), 1) };
}

/** The longest time from a key frame to the next one, or to the end. */
export function longestGop(keyFrames: readonly KeyFrame[], endMs: number): number {
  return longest(
    keyFrames,
    keyFrames.map((_, index) => index),
    endMs,
  );
}

function toPieces(keyFrames: readonly KeyFrame[], everyMs: number): number[] {
  const pieces: number[] = [];
  keyFrames.forEach(({ timeMs }, index) => {
    const sinceStart = timeMs - (keyFrames[0]?.timeMs ?? 0);
    if (index === 0 || sinceStart >= everyMs * pieces.length - EXACT_MS) pieces.push(index);
  });
  return pieces;
}

function toSegments(keyFrames: readonly KeyFrame[], pieces: readonly number[], borderMs: number): number[] {
  const segments: number[] = [];
  let next = Number.NEGATIVE_INFINITY;
  for (const index of pieces) {
    const timeMs = keyFrames[index]?.timeMs ?? 0;
    if (timeMs < next - TOLERANCE_MS) continue;
    segments.push(index);
    next = nextBorderMs(timeMs + TOLERANCE_MS, borderMs);
  }
  return segments;
}

function longest(keyFrames: readonly KeyFrame[], cuts: readonly number[], endMs: number): number {
  const starts = cuts.map((index) => keyFrames[index]?.timeMs ?? 0);
  return starts.reduce((most, start, index) => Math.max(most, (starts[index + 1] ?? endMs) - start), 0);
}
