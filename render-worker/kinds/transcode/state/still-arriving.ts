import { type RenderError, retriableError } from "../../../errors.ts";

/** What was to be made of the beginning of a source cannot be: a retriable `RenderError`, whoever's fault it is, as the whole may be fine. */
export const stillArriving = (why: string): RenderError =>
  retriableError(
    "INPUT",
    "SOURCE_STILL_ARRIVING",
    `The video's head cannot be made before its source has arrived whole (${why}); it is made then.`,
  );

/** Sound ends with a whole packet, and the last picture of some clocks a bit early. */
const shortMs = 150;

/**
 * Throws when a part does not reach to its end: where a source ends early, ffmpeg ends well. Asked before the part is told of as complete, which it would
 * be for good.
 */
export function assertReaches(
  rendition: string,
  endMs: number | null,
  segments: readonly { durationMs: number }[],
): void {
  const madeMs = segments.reduce((sum, { durationMs }) => sum + durationMs, 0);
  if (endMs !== null && madeMs < endMs - shortMs)
    throw stillArriving(`${rendition} would reach to ${Math.round(madeMs)} of ${endMs} ms`);
}
