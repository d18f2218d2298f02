import type { Allowance } from "../../../config.ts";
import type { PlannedRung } from "../../../media/ladder/index.ts";

interface AllowanceRequest {
  /** Length of the output in milliseconds; null: the maximum. */
  durationMs: number | null;
  longestMs: number;
  /** Milliseconds to decode before it, from the last key frame on. Default 0. */
  leadInMs?: number;
  /** Of the source. */
  picture: { codedWidth: number; codedHeight: number; frameRate: number | null };
  rungs: readonly Pick<PlannedRung, "width" | "height" | "frameRate" | "bitrateBps">[];
  audioBps: number;
  /** Base allowance of every ffmpeg. Default: ten minutes of CPU time, 64 MiB of output. */
  least?: Partial<Allowance>;
}

const LEAST_CPU_SECONDS = 600;
const LEAST_OUTPUT_BYTES = 64 * 1024 ** 2;
/** Below the slowest encoder on the slowest core; libx264 reaches about fifty times as many. */
const PIXELS_PER_CPU_SECOND = 1_000_000;
const MOST_FRAME_RATE = 240;
/** Ceilings apply to a second or two, and container overhead can exceed tiny frames. */
const ABOVE_CEILING = 4;

/**
 * Limits that a regular source never reaches, in proportion to its length and output: a file of a few
 * megabytes can refer to the same frame millions of times within a second. Pure.
 */
export function planAllowance(request: AllowanceRequest): Allowance {
  const { durationMs, longestMs, leadInMs = 0, picture, rungs, audioBps, least = {} } = request;
  const seconds = (durationMs ?? longestMs) / 1000;
  const { codedWidth, codedHeight, frameRate } = picture;
  // A hostile file may claim millions of frames per second; at most the highest rate of cameras counts.
  const decoded = codedWidth * codedHeight * Math.min(frameRate ?? 30, MOST_FRAME_RATE);
  const encoded = rungs.map(({ width, height, frameRate: rate }) => width * height * (rate ?? 30));
  const bps = rungs.reduce((sum, { bitrateBps }) => sum + bitrateBps, audioBps);
  return {
    cpuSeconds:
      (least.cpuSeconds ?? LEAST_CPU_SECONDS) +
      (seconds * sum([decoded, ...encoded]) + (leadInMs / 1000) * decoded) / PIXELS_PER_CPU_SECOND,
    outputBytes: (least.outputBytes ?? LEAST_OUTPUT_BYTES) + (ABOVE_CEILING * seconds * bps) / 8,
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
