/**
 * Moments that represent a video: the centres of `count` equal parts, in milliseconds, which skips titles and
 * fades at both ends. Pure.
 */
export const planSamples = (durationMs: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => Math.round((durationMs * (index + 0.5)) / count));

/** Comparing all variants costs as much CPU as encoding one to three seconds of video. */
const COMPARED_EVERY_MS = 120_000;
const MOST_COMPARISONS = 20;

/**
 * The moments at which finished variants are compared with their source. They depend only on the length of
 * the whole video, so that its parts need no coordination. Pure.
 */
export const planComparedMoments = (durationMs: number): number[] =>
  planSamples(
    durationMs,
    Math.min(MOST_COMPARISONS, Math.max(1, Math.round(durationMs / COMPARED_EVERY_MS))),
  );
