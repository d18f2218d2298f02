/** Length of a video's first segment, where the profile's segments are not shorter. */
const firstSegmentMs = 1_000;

/**
 * Where the segment ends that begins at `startMs`: the next of the borders, which all parts of a video share. They are the multiples of the
 * segment duration, and before the first of those 1, 2, 4, 8 … s: a viewer waits for the first segment, and for the second one hardly longer. Pure.
 */
export function nextBorderMs(startMs: number, segmentDurationMs: number): number {
  if (startMs >= segmentDurationMs) {
    return (Math.floor(startMs / segmentDurationMs) + 1) * segmentDurationMs;
  }
  let border = firstSegmentMs;
  while (border <= startMs) border *= 2;
  return Math.min(border, segmentDurationMs);
}

/** The borders in `[startMs, endMs)`. */
export function* bordersMs(startMs: number, endMs: number, segmentDurationMs: number): Generator<number> {
  let border = startMs === 0 ? 0 : nextBorderMs(startMs - 1, segmentDurationMs);
  for (; border < endMs; border = nextBorderMs(border, segmentDurationMs)) yield border;
}
