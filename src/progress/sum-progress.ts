import type { LiveVariant } from "./live-progress.ts";

/** Progress of one variant from one task, or from all tasks without an open attempt together. */
export interface Share {
  /** Its share of the video's timeline, in milliseconds. */
  spanMs: number;
  /** Rendered part of that share, in milliseconds. */
  doneMs: number;
  frames: number;
  sizeBytes: number;
  /** Frames per second of its worker; null without one, or before its first report. */
  fps: number | null;
  /** Seconds of video per second, likewise. */
  speed: number | null;
}

/** The columns are integers, and so are the GraphQL fields. */
const MOST = 2 ** 31 - 1;

/**
 * Progress of a variant that several tasks render, weighted by their shares of the timeline. Rates are the
 * sum over running tasks, which determine the remaining time. Parts without a task already existed. Pure.
 */
export function sumProgress(shares: readonly Share[], totalMs: number): LiveVariant {
  const leftMs = sum(shares.map(({ spanMs, doneMs }) => Math.max(0, spanMs - doneMs)));
  const fps = sumOrNull(shares.map((share) => share.fps));
  const speed = sumOrNull(shares.map((share) => share.speed));
  return {
    fraction: totalMs > 0 ? clamp(Math.round((1 - leftMs / totalMs) * 1e6) / 1e6, 1) : 0,
    frames: Math.min(Math.round(sum(shares.map(({ frames }) => frames))), MOST),
    fps,
    speed,
    etaMs: leftMs === 0 ? 0 : speed ? clamp(Math.round(leftMs / speed), MOST) : null,
    sizeBytes: BigInt(Math.round(sum(shares.map(({ sizeBytes }) => sizeBytes)))),
  };
}

/** The remainder of a video whose head is being rendered, before the job is split into tasks. */
export const restAfter = (headMs: number, totalMs: number): Share => ({
  spanMs: Math.max(0, totalMs - headMs),
  doneMs: 0,
  frames: 0,
  sizeBytes: 0,
  fps: null,
  speed: null,
});

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

function sumOrNull(numbers: readonly (number | null)[]): number | null {
  const known = numbers.filter((each) => each !== null);
  return known.length === 0 ? null : sum(known);
}

const clamp = (value: number, highest: number): number => Math.min(highest, Math.max(0, value));
