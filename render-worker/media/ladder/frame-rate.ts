import type { VideoStreamProbe } from "@reelay/contracts";

/** Faster sources are first reduced to this rate, the highest that ordinary screens and decoders show. */
export const MAX_FRAME_RATE = 60;

type Timing = Pick<VideoStreamProbe, "frameRate" | "isVariableFrameRate">;

/** Whether a source exceeds `MAX_FRAME_RATE`, and is first converted to that constant rate. */
export const isTooFast = ({ frameRate }: Timing): boolean =>
  frameRate !== null && frameRate > MAX_FRAME_RATE + 0.5;

/** Frames per second. Below it, the duration of each frame matters. */
export const SLOW_RATE = 5;

/** Whether frames follow at a constant short distance, so that their times follow from their numbers. */
export const isSteady = ({ frameRate, isVariableFrameRate }: Timing): boolean =>
  frameRate !== null && !isVariableFrameRate && frameRate >= SLOW_RATE;

/** Frame rate before the rungs' own reduction; null if the source does not state it. */
export const commonFrameRate = (video: Timing): number | null =>
  video.frameRate === null ? null : Math.min(video.frameRate, MAX_FRAME_RATE);

/** Whether all frames are equally spaced before the rungs' own reduction. */
export const isConstant = (video: Timing): boolean =>
  video.frameRate !== null && (!video.isVariableFrameRate || isTooFast(video));

/**
 * Keeps one frame in this many, so that a rung stays within its maximum: 60 frames per second become 30 by
 * dropping every second one, which moves as evenly as the source. Up to a tenth above the maximum is
 * accepted.
 */
export const strideFor = (frameRate: number, maximum: number): number =>
  Math.max(1, Math.ceil(frameRate / maximum - 0.1));

/** Frame rate of a rung. Variable rates are reduced to the maximum on average. */
export function rungFrameRate(video: Timing, maximum: number): number | null {
  const common = commonFrameRate(video);
  if (common === null) return null;
  return isConstant(video) ? common / strideFor(common, maximum) : Math.min(common, maximum);
}
