import type { Allowance } from "../../../config.ts";
import type { PlannedRung } from "../../../media/ladder/index.ts";

interface AllowanceRequest {
  /** What is made, in milliseconds; null: the longest that is taken. */
  durationMs: number | null;
  longestMs: number;
  /** What must be decoded before it, from the last key frame on, in milliseconds. Default 0. */
  leadInMs?: number;
  /** Of the source. */
  picture: { codedWidth: number; codedHeight: number; frameRate: number | null };
  rungs: readonly Pick<PlannedRung, "width" | "height" | "frameRate" | "bitrateBps">[];
  soundBps: number;
  /** What every ffmpeg may use besides. Default: ten minutes of CPU time, 64 MiB of output. */
  least?: Partial<Allowance>;
}

const leastCpuSeconds = 600;
const leastOutputBytes = 64 * 1024 ** 2;
/** The slowest encoder on the slowest core makes more in a second of CPU time; libx264 some fifty times as many. */
const pixelsPerCpuSecond = 1_000_000;
const mostFrameRate = 240;
/** Ceilings hold over a second or two; what containers add to small pictures is more than the pictures. */
const aboveCeiling = 4;

/**
 * What the render of an honest source never comes near, in proportion to how long it lasts and what is made of it: a file of a few megabytes can name
 * the same picture millions of times, all within a second. Pure.
 */
export function planAllowance(request: AllowanceRequest): Allowance {
  const { durationMs, longestMs, leadInMs = 0, picture, rungs, soundBps, least = {} } = request;
  const seconds = (durationMs ?? longestMs) / 1000;
  const { codedWidth, codedHeight, frameRate } = picture;
  // Millions of pictures per second are what this is about: no more than any camera takes counts.
  const decoded = codedWidth * codedHeight * Math.min(frameRate ?? 30, mostFrameRate);
  const encoded = rungs.map(({ width, height, frameRate: rate }) => width * height * (rate ?? 30));
  const bps = rungs.reduce((sum, { bitrateBps }) => sum + bitrateBps, soundBps);
  return {
    cpuSeconds:
      (least.cpuSeconds ?? leastCpuSeconds) +
      (seconds * sum([decoded, ...encoded]) + (leadInMs / 1000) * decoded) / pixelsPerCpuSecond,
    outputBytes: (least.outputBytes ?? leastOutputBytes) + (aboveCeiling * seconds * bps) / 8,
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
