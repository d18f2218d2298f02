/** Length of a video's first segment, unless the profile's segments are shorter. */
const firstSegmentMs = 1_000;

/**
 * End of the segment that starts at `startMs`: the next border, which all parts of a video share. Borders are
 * the multiples of the segment duration, preceded by 1, 2, 4, 8 … s, so that viewers wait little for the
 * first segments. Pure.
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
