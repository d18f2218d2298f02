export interface StoredSegment {
  sizeBytes: number;
  durationMs: number;
}

/**
 * BANDWIDTH and AVERAGE-BANDWIDTH (RFC 8216, 4.3.4.2) from the segments that are stored. The peak is that of the largest segment
 * bitrate; the short last segment counts only as part of the whole, unless it is all there is, because a segment of a few frames
 * says nothing of the rate at which a player must load.
 */
export function measureBandwidth(segments: readonly StoredSegment[]): {
  peakBps: number;
  averageBps: number;
} {
  const durationMs = segments.reduce((sum, segment) => sum + segment.durationMs, 0);
  const sizeBytes = segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
  const averageBps = toBps(sizeBytes, durationMs);
  const longest = Math.max(0, ...segments.map((segment) => segment.durationMs));
  const rates = segments
    .filter((segment) => segment.durationMs >= longest / 2)
    .map((segment) => toBps(segment.sizeBytes, segment.durationMs));
  return { peakBps: Math.max(averageBps, ...rates), averageBps };
}

const toBps = (sizeBytes: number, durationMs: number): number =>
  Math.max(1, Math.ceil((sizeBytes * 8_000) / Math.max(1, durationMs)));
