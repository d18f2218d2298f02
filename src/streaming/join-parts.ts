import {
  announcedBps,
  formatMediaPlaylist,
  measureBandwidth,
  objectKeys,
  type PlaylistSegment,
  type PublishedPlaylist,
  type RenditionPart,
} from "@reelay/contracts";

export interface JoinedPlaylist {
  /** What of it the video's row names. */
  published: PublishedPlaylist;
  /** The playlist itself (RFC 8216). */
  text: string;
}

/** The playlist stands two folders below the video's: `variants/{rendition}/index.m3u8`. */
const relative = (videoId: string, key: string): string =>
  `../../${key.slice(objectKeys.video(videoId).length)}`;

/**
 * One playlist over the parts that several tasks made of a rendition, as far as they follow on one another
 * from the beginning: up to the first part that is not there or not complete. Null while there is no segment
 * at the beginning. Pure.
 *
 * @param parts of one rendition, in any order
 */
export function joinParts(
  parts: readonly RenditionPart[],
  rendition: {
    videoId: string;
    /** Number of the edition. Default 1. */
    edition?: number;
    name: string;
    segmentDurationMs: number;
    ceilingBps: number;
  },
): JoinedPlaylist | null {
  const { videoId, edition, name, segmentDurationMs, ceilingBps } = rendition;
  const { chain, isComplete } = followOn(parts);
  const withSegments = chain.filter(({ segments }) => segments.length > 0);
  const first = withSegments[0];
  if (first === undefined) return null;
  const segments = withSegments.flatMap((part, index): PlaylistSegment[] => {
    // Equal initialisation segments need to be loaded once.
    const isNew = index > 0 && part.initSha256 !== withSegments[index - 1]?.initSha256;
    return part.segments.map(({ key, durationMs }, place) => ({
      uri: relative(videoId, key),
      durationMs,
      ...(isNew && place === 0 && { initUri: relative(videoId, part.initKey) }),
    }));
  });
  const stored = withSegments.flatMap((part) => part.segments);
  const { peakBps, averageBps } = measureBandwidth(stored, segmentDurationMs);
  const initUri = relative(videoId, first.initKey);
  return {
    text: formatMediaPlaylist({ segments, isComplete }, { initUri, segmentDurationMs }),
    published: {
      key: objectKeys.joinedPlaylist(videoId, name, edition),
      codecs: first.codecs,
      bandwidthBps: isComplete ? peakBps : Math.max(peakBps, announcedBps(ceilingBps, segmentDurationMs)),
      averageBandwidthBps: averageBps,
      segments: stored.length,
      durationMs: Math.round(stored.reduce((sum, { durationMs }) => sum + durationMs, 0) * 1000) / 1000,
      sizeBytes: stored.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      isComplete,
    },
  };
}

/**
 * The parts from the beginning without a gap, the last of them perhaps still growing; complete when they
 * reach the end of the source.
 */
function followOn(parts: readonly RenditionPart[]): { chain: RenditionPart[]; isComplete: boolean } {
  const chain: RenditionPart[] = [];
  let reached: number | null = 0;
  for (const part of parts.toSorted((a, b) => a.startMs - b.startMs)) {
    if (part.startMs !== reached) break;
    chain.push(part);
    if (!part.isComplete) return { chain, isComplete: false };
    reached = part.endMs;
    if (reached === null) return { chain, isComplete: true };
  }
  return { chain, isComplete: false };
}
