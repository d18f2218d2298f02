import type { VideoStateFragment } from "./generated.ts";

/**
 * The newer state, with no bar shorter than it was shown. One connection never goes back, but another process of the API may know progress a
 * moment later. A variant whose state changed (made again after a failure, say) begins where it is.
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
