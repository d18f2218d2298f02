export interface StoredSegment {
  sizeBytes: number;
  durationMs: number;
}

/**
 * BANDWIDTH and AVERAGE-BANDWIDTH (RFC 8216, 4.3.4.2) of the stored segments. The peak is the largest bitrate
 * of any contiguous set of segments that lasts between half and one and a half target durations. A shorter
 * segment counts alone only if there is no other.
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
      // A segment beyond the rule's maximum counts alone: its source has frames of that length.
      const counts = durationMs <= 1.5 * targetDurationMs || last === first;
      if (counts && durationMs >= targetDurationMs / 2) {
        peakBps = Math.max(peakBps, toBps(sizeBytes, durationMs));
      }
    }
  }
  return { peakBps, averageBps };
}

/**
 * Upper estimate of a rendition's peak for a bitrate ceiling, announced until the real peak is known. A
 * segment may use up the decoder buffer of one second, and the container adds overhead.
 */
export const announcedBps = (ceilingBps: number, segmentDurationMs: number): number =>
  Math.ceil(ceilingBps * (1 + 1e3 / segmentDurationMs) * 1.02);

/** EXT-X-TARGETDURATION: the profile's segment duration, or longer for sources with frames further apart. */
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
