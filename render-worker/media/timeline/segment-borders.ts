/** Length of a video's first segment, unless the profile's segments are shorter. */
const FIRST_SEGMENT_MS = 1_000;

/**
 * End of the segment that starts at `startMs`: the next border, which all parts of a video share. Borders are
 * the multiples of the segment duration, preceded by 1, 2, 4, 8 … s, so that viewers wait little for the
 * first segments. Pure.
 *
 * @param firstSegmentMs length of the first segment
 */
export function nextBorderMs(
  startMs: number,
  segmentDurationMs: number,
  firstSegmentMs = FIRST_SEGMENT_MS,
): number {
  if (startMs >= segmentDurationMs) {
    return (Math.floor(startMs / segmentDurationMs) + 1) * segmentDurationMs;
  }
  let border = firstSegmentMs;
  while (border <= startMs) border *= 2;
  return Math.min(border, segmentDurationMs);
}

/** The borders in `[startMs, endMs)`. */
export function* bordersMs(
  startMs: number,
  endMs: number,
  segmentDurationMs: number,
  firstSegmentMs?: number,
): Generator<number> {
  const next = (from: number) => nextBorderMs(from, segmentDurationMs, firstSegmentMs);
  for (let border = startMs === 0 ? 0 : next(startMs - 1); border < endMs; border = next(border))
    yield border;
}
