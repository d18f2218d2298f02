import type { VideoStateFragment } from "./generated.ts";

/**
 * The newer state, with no progress lower than shown before. One connection never goes backwards, but another
 * API process may receive progress slightly later. A variant whose state changed (rendered again after a
 * failure, for example) restarts at its own progress.
 */
export function keepForward(
  seen: VideoStateFragment | undefined,
  next: VideoStateFragment,
): VideoStateFragment {
  if (seen === undefined) return next;
  const before = new Map(seen.variants.map((variant) => [variant.id, variant]));
  return {
    ...next,
    progress: seen.status === next.status ? Math.max(seen.progress, next.progress) : next.progress,
    variants: next.variants.map((variant) => {
      const earlier = before.get(variant.id);
      return earlier?.status === variant.status && earlier.fraction > variant.fraction
        ? { ...variant, fraction: earlier.fraction }
        : variant;
    }),
  };
}
