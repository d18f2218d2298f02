import { maxFrameRateOf, type Profile, type VideoStreamProbe } from "@reelay/contracts";
import { commonFrameRate, isConstant, type PlannedRung, strideFor } from "../../../media/ladder/index.ts";
import type { SourceFile } from "../../../media/probe/index.ts";

/** How frames are left out on the way to one rung. Empty: none are. */
interface Thinning {
  /** Before the rung is scaled: what this and all smaller rungs do without. */
  shared: string[];
  /** After smaller rungs have had their copy. */
  own: string[];
}

/**
 * Which frames are left out where, so that no rung is scaled or encoded at more frames than it shows. Pure.
 *
 * Of a constant rate every n-th frame of the video stays. Of a
 * variable one those stay that are far enough from the one before, and besides the first of every second: so every rung has the frames
 * at which key frames may be.
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
 * Which frame of the video one is, whatever part of the video is being made: parts must leave out the same ones. Rounded, as time stamps of
 * constant rates may be a little off.
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

/** A tenth less than the exact distance, since the time stamps of variable rates are seldom exact. */
const spaced = (rate: number): string =>
  `select='isnan(prev_selected_t)+gte(t-prev_selected_t,${(0.9 / rate).toFixed(6)})+gt(floor(t),floor(prev_selected_t))'`;

/** The frames that all rungs of a profile have, those of other tasks included, where they have different ones. */
export interface CommonFrames {
  /** Milliseconds from frame to frame of the fastest rung. */
  frameMs: number;
  /** Every how many of these frames all rungs have one. */
  every: number;
  /** The same counted in frames of the rung that was asked for. */
  everyOwn: number;
}

/**
 * Where key frames may be so that all rungs' segments begin at the same picture. Null: on any frame, as all rungs have the same ones, or since
 * nothing better is to be had: a variable rate, or rates that have too few frames in common. Pure.
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
