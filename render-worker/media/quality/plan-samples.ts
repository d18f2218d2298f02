/**
 * Moments of a video that stand for the whole of it: the middles of `count` equal parts, in milliseconds, so that beginning and end, with
 * their titles and fades, are left out. Pure.
 */
export const planSamples = (durationMs: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => Math.round((durationMs * (index + 0.5)) / count));

/** A comparison of all variants costs as much CPU as encoding one to three seconds of the video. */
const comparedEveryMs = 120_000;
const mostComparisons = 20;

/**
 * Where finished variants are compared with their source. It goes by the length of the whole video, so that its parts, made anywhere, need not
 * agree on more. Pure.
 */
export const planComparedMoments = (durationMs: number): number[] =>
  planSamples(durationMs, Math.min(mostComparisons, Math.max(1, Math.round(durationMs / comparedEveryMs))));
