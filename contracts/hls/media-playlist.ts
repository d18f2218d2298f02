import { targetDurationSeconds } from "./measure-bandwidth.ts";

/** A media playlist as ffmpeg writes it and as we publish it: the same list, ours naming only what is stored. */
export interface PlaylistSegment {
  uri: string;
  durationMs: number;
  /** Its initialisation segment, where it is another than that of the segment before. */
  initUri?: string;
}

export interface MediaPlaylist {
  segments: PlaylistSegment[];
  isComplete: boolean;
}

/**
 * The playlist that is published (RFC 8216). `EVENT`: it only grows, so viewers may start at the beginning while it does. The
 * target duration is the profile's from the first publication on, because it must not change; only a source with pictures
 * further apart than a segment can raise it.
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
    // Without it players take a growing playlist for a live stream, and begin near its end.
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
