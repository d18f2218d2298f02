import { targetDurationSeconds } from "./measure-bandwidth.ts";

/** A segment of a media playlist, both ffmpeg's and the published one, which lists stored segments only. */
export interface PlaylistSegment {
  uri: string;
  durationMs: number;
  /** The initialization segment, if it differs from the previous segment's. */
  initUri?: string;
}

export interface MediaPlaylist {
  segments: PlaylistSegment[];
  isComplete: boolean;
}

/**
 * Formats the published playlist (RFC 8216). `EVENT` playlists only grow, so viewers may start at the
 * beginning. The target duration is fixed from the first publication on, since it must not change; only a
 * source with frames further apart than a segment can raise it.
 */
export function formatMediaPlaylist(
  playlist: MediaPlaylist,
  options: { initUri: string; segmentDurationMs: number },
): string {
  return [
    "#EXTM3U",
    "#EXT-X-VERSION:7",
    `#EXT-X-TARGETDURATION:${targetDurationSeconds(playlist.segments, options.segmentDurationMs)}`,
    "#EXT-X-MEDIA-SEQUENCE:0",
    "#EXT-X-PLAYLIST-TYPE:EVENT",
    "#EXT-X-INDEPENDENT-SEGMENTS",
    // Players would otherwise treat a growing playlist as live and start near its end.
    "#EXT-X-START:TIME-OFFSET=0",
    toMap(options.initUri),
    ...playlist.segments.flatMap(({ uri, durationMs, initUri }) => [
      ...(initUri === undefined ? [] : [toMap(initUri)]),
      `#EXTINF:${(durationMs / 1000).toFixed(6)},`,
      uri,
    ]),
    ...(playlist.isComplete ? ["#EXT-X-ENDLIST"] : []),
    "",
  ].join("\n");
}

const toMap = (uri: string): string => `#EXT-X-MAP:URI="${uri}"`;
