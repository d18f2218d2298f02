import type { MediaPlaylist, PlaylistSegment } from "@reelay/contracts";

/** Reads ffmpeg's playlist. It is written by a known tool: lines that we do not need are passed over. */
export function parseMediaPlaylist(text: string): MediaPlaylist {
  const segments: PlaylistSegment[] = [];
  let durationMs: number | null = null;
  let isComplete = false;
  for (const line of text.split(/\r?\n/)) {
    const duration = /^#EXTINF:([\d.]+)/.exec(line)?.[1];
    if (duration !== undefined) durationMs = Math.round(Number(duration) * 1_000_000) / 1000;
    else if (line === "#EXT-X-ENDLIST") isComplete = true;
    else if (line && !line.startsWith("#") && durationMs !== null) {
      segments.push({ uri: line, durationMs });
      durationMs = null;
    }
  }
  return { segments, isComplete };
}
