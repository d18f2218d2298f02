import { maxFrameRateOf, type Profile, type VideoStreamProbe } from "@reelay/contracts";
import { commonFrameRate, isConstant, type PlannedRung, strideFor } from "../../../media/ladder/index.ts";
import type { SourceFile } from "../../../media/probe/index.ts";

/** How frames are dropped for one rung. Empty: none. */
interface Thinning {
  /** Before scaling: frames that this and all smaller rungs drop. */
  shared: string[];
  /** After the copy for smaller rungs. */
  own: string[];
}

/**
 * Plans which frames are dropped where, so that no rung scales or encodes frames that it does not show. Pure.
 *
 * Of a constant rate, every n-th frame of the video is kept. Of a variable rate, frames far enough from the
 * previous one are kept, and the first of every second, so that every rung has the frames for key frames.
 *
 * @param rungs largest first
 */
export function planThinning(
  source: SourceFile,
  rungs: readonly Pick<PlannedRung, "frameRate">[],
): Thinning[] {
  const { video } = source.probe;
  return isConstant(video) ? byCount(source, rungs) : bySpacing(video, rungs);
}

function byCount(source: SourceFile, rungs: readonly Pick<PlannedRung, "frameRate">[]): Thinning[] {
  const common = commonFrameRate(source.probe.video) ?? 1;
  const number = planFrameNumber(source, common);
  const every = (stride: number): string[] => (stride > 1 ? [`select='not(mod(${number},${stride}))'`] : []);
  const strides = rungs.map(({ frameRate }) => (frameRate === null ? 1 : Math.round(common / frameRate)));
  let before = 1;
  return strides.map((stride, index) => {
    const shared = strides.slice(index).reduce(greatestCommonDivisor);
    const thinning = { shared: every(shared / before), own: every(stride / shared) };
    before = shared;
    return thinning;
  });
}

/**
 * Number of a frame within the whole video, since all parts must drop the same ones. Rounded, as timestamps
 * of constant rates may be slightly off.
 */
function planFrameNumber({ probe, zeroSeconds }: SourceFile, frameRate: number): string {
  const firstSeconds = (probe.video.startTime ?? zeroSeconds) - zeroSeconds;
  const since = firstSeconds > 0.0005 ? `(t-${firstSeconds.toFixed(6)})` : "t";
  return `round(${since}*${Number(frameRate.toFixed(6))})`;
}

function bySpacing(video: VideoStreamProbe, rungs: readonly Pick<PlannedRung, "frameRate">[]): Thinning[] {
  const common = commonFrameRate(video);
  const rates = rungs.map(({ frameRate }) => frameRate ?? common ?? 0);
  let before = common ?? 0;
  return rates.map((rate, index) => {
    const shared = Math.max(...rates.slice(index));
    const thinning = {
      shared: shared < before ? [spaced(shared)] : [],
      own: rate < shared ? [spaced(rate)] : [],
    };
    before = Math.min(before, shared);
    return thinning;
  });
}

/** A tenth below the exact distance, since timestamps of variable rates are rarely exact. */
const spaced = (rate: number): string =>
  `select='isnan(prev_selected_t)+gte(t-prev_selected_t,${(0.9 / rate).toFixed(6)})+gt(floor(t),floor(prev_selected_t))'`;

/** Frames that all rungs of a profile share, those of other tasks included, if their rates differ. */
export interface CommonFrames {
  /** Milliseconds between frames of the fastest rung. */
  frameMs: number;
  /** All rungs share every n-th of these frames. */
  every: number;
  /** The same, counted in frames of the given rung. */
  everyOwn: number;
}

/**
 * Frames on which all rungs' segments can start. Null: any frame, since all rungs have the same ones, or
 * there is no better choice: a variable rate, or rates with too few common frames. Pure.
 */
export function planCommonFrames(
  video: VideoStreamProbe,
  rung: PlannedRung,
  profile: Pick<Profile, "rungs" | "gopDurationMs">,
): CommonFrames | null {
  const common = commonFrameRate(video);
  if (common === null || rung.frameRate === null || !isConstant(video)) return null;
  const strides = new Set(profile.rungs.map((other) => strideFor(common, maxFrameRateOf(other))));
  const own = Math.round(common / rung.frameRate);
  if (strides.size < 2 || !strides.has(own)) return null;
  const every = [...strides].reduce(leastCommonMultiple);
  const frameMs = 1000 / common;
  return every * frameMs > profile.gopDurationMs / 2 ? null : { frameMs, every, everyOwn: every / own };
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);
const leastCommonMultiple = (a: number, b: number): number => (a * b) / greatestCommonDivisor(a, b);
