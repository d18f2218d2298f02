import { nextBorderMs } from "../../../media/timeline/index.ts";

/** A key frame: when it is shown, and how many bytes of picture come before it in the file. */
export interface KeyFrame {
  timeMs: number;
  bytesBefore: number;
}

export interface Cuts {
  /** Of ffmpeg's pieces, each of which begins with a key frame: `hls_time`. */
  pieceMs: number;
  /** Distance of the borders at or after which a segment ends with its piece. */
  borderMs: number;
  /** Positions in the list of key frames where segments begin, the first included. */
  at: number[];
}

/** Longer segments only where the source has no key frame in between. */
const longestMs = 8_000;
const pieceMs = 1_000;
/** What is lost in computing with fractions. */
const exactMs = 1e-4;
/** As the publisher's cutter has it. */
const toleranceMs = 1;

/**
 * Where a source is cut. ffmpeg makes a piece at the first key frame at or after each multiple of `pieceMs`, counted in pieces; the publisher
 * puts them together to segments that reach the next border. With uneven key frames one may be as long as a border's distance and a group of
 * pictures together: then borders lie closer. Pure.
 */
export function planCuts(keyFrames: readonly KeyFrame[], endMs: number, segmentDurationMs: number): Cuts {
  const longestGopMs = longestGop(keyFrames, endMs);
  for (const borderMs of [segmentDurationMs, segmentDurationMs / 2, segmentDurationMs / 4]) {
    const at = toSegments(keyFrames, toPieces(keyFrames, pieceMs), borderMs);
    if (longest(keyFrames, at, endMs) <= Math.max(longestMs, longestGopMs)) return { pieceMs, borderMs, at };
  }
  // At every key frame.
  return { pieceMs: 1, borderMs: 1, at: toSegments(keyFrames, toPieces(keyFrames, 1), 1) };
}

/** The longest time from a key frame to the next one or to the end. */
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
    if (index === 0 || sinceStart >= everyMs * pieces.length - exactMs) pieces.push(index);
  });
  return pieces;
}

function toSegments(keyFrames: readonly KeyFrame[], pieces: readonly number[], borderMs: number): number[] {
  const segments: number[] = [];
  let next = Number.NEGATIVE_INFINITY;
  for (const index of pieces) {
    const timeMs = keyFrames[index]?.timeMs ?? 0;
    if (timeMs < next - toleranceMs) continue;
    segments.push(index);
    next = nextBorderMs(timeMs + toleranceMs, borderMs);
  }
  return segments;
}

function longest(keyFrames: readonly KeyFrame[], cuts: readonly number[], endMs: number): number {
  const starts = cuts.map((index) => keyFrames[index]?.timeMs ?? 0);
  return starts.reduce((most, start, index) => Math.max(most, (starts[index + 1] ?? endMs) - start), 0);
}
