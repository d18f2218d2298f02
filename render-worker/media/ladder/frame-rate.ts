import type { VideoStreamProbe } from "@reelay/contracts";

/** Faster sources are brought down to this before anything else: no screen or decoder of an ordinary viewer shows more. */
export const maxFrameRate = 60;

type Timing = Pick<VideoStreamProbe, "frameRate" | "isVariableFrameRate">;

/** Whether a source is so fast that it gets a constant `maxFrameRate` first. */
export const isTooFast = ({ frameRate }: Timing): boolean =>
  frameRate !== null && frameRate > maxFrameRate + 0.5;

/** Frames per second; below it, pictures stand so long that it matters for how long. */
export const slowRate = 5;

/** Whether a source's pictures come one by one at the same short distance, so that times follow from their number. */
export const isSteady = ({ frameRate, isVariableFrameRate }: Timing): boolean =>
  frameRate !== null && !isVariableFrameRate && frameRate >= slowRate;

/** Frames per second at which pictures come to the rungs; null where the source does not say. */
export const commonFrameRate = (video: Timing): number | null =>
  video.frameRate === null ? null : Math.min(video.frameRate, maxFrameRate);

/** Whether all frames that come to the rungs are equally far apart. */
export const isConstant = (video: Timing): boolean =>
  video.frameRate !== null && (!video.isVariableFrameRate || isTooFast(video));

/**
 * Of how many frames a rung shows one, so that it stays within its maximum: 60 frames per second give 30 by leaving out every second
 * one, which moves as evenly as the source. A tenth above the maximum is still it.
 */
export const strideFor = (frameRate: number, maximum: number): number =>
  Math.max(1, Math.ceil(frameRate / maximum - 0.1));

/** Frames per second of a rung. Variable rates are thinned to the maximum itself, on the average. */
export function rungFrameRate(video: Timing, maximum: number): number | null {
  const common = commonFrameRate(video);
  if (common === null) return null;
  return isConstant(video) ? common / strideFor(common, maximum) : Math.min(common, maximum);
}
