export interface StoredSegment {
  sizeBytes: number;
  durationMs: number;
}

/**
 * BANDWIDTH and AVERAGE-BANDWIDTH (RFC 8216, 4.3.4.2) from the segments that are stored. The peak is the largest bitrate of any contiguous
 * set of segments whose duration is between half and one and a half of the target duration: a segment of a few frames alone says nothing
 * of the rate at which a player must load, unless it is all there is.
 */
export function measureBandwidth(
  segments: readonly StoredSegment[],
  segmentDurationMs: number,
): { peakBps: number; averageBps: number } {
  const averageBps = toBps(sum(segments, "sizeBytes"), sum(segments, "durationMs"));
  const targetDurationMs = targetDurationSeconds(segments, segmentDurationMs) * 1000;
  let peakBps = averageBps;
  for (let first = 0; first < segments.length; first += 1) {
    let durationMs = 0;
    let sizeBytes = 0;
    for (let last = first; last < segments.length && durationMs <= 1.5 * targetDurationMs; last += 1) {
      durationMs += segments[last]?.durationMs ?? 0;
      sizeBytes += segments[last]?.sizeBytes ?? 0;
      // One that is longer than the rule knows is a set of its own: a source whose pictures stand that long.
      const counts = durationMs <= 1.5 * targetDurationMs || last === first;
      if (counts && durationMs >= targetDurationMs / 2) {
        peakBps = Math.max(peakBps, toBps(sizeBytes, durationMs));
      }
    }
  }
  return { peakBps, averageBps };
}

/**
 * The most bits per second that a rendition with this ceiling should reach over a segment, announced while its peak is not known: the
 * decoder's buffer of a second may be emptied into one segment, and the container adds its own.
 */
export const announcedBps = (ceilingBps: number, segmentDurationMs: number): number =>
  Math.ceil(ceilingBps * (1 + 1e3 / segmentDurationMs) * 1.02);

/** EXT-X-TARGETDURATION: of the profile's segments, unless a source has pictures further apart than that. */
export const targetDurationSeconds = (
  segments: readonly { durationMs: number }[],
  segmentDurationMs: number,
): number =>
  Math.round(
    segments.reduce((longest, { durationMs }) => Math.max(longest, durationMs), segmentDurationMs) / 1000,
  );

const sum = (segments: readonly StoredSegment[], what: keyof StoredSegment): number =>
  segments.reduce((total, segment) => total + segment[what], 0);

const toBps = (sizeBytes: number, durationMs: number): number =>
  Math.max(1, Math.ceil((sizeBytes * 8_000) / Math.max(1, durationMs)));
