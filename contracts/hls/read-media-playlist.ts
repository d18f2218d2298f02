/** The objects that a media playlist references, with their URIs unchanged. */
export interface NamedMedia {
  /** One per `EXT-X-MAP`. */
  initUris: string[];
  /** Each with its initialization segment; null if none precedes it. */
  segments: { uri: string; durationMs: number; initUri: string | null }[];
  isComplete: boolean;
}

/** Reads a media playlist (RFC 8216) written by ffmpeg or Reelay. Other lines are ignored. Pure. */
export function readMediaPlaylist(text: string): NamedMedia {
  const named: NamedMedia = { initUris: [], segments: [], isComplete: false };
  let durationMs: number | null = null;
  for (const line of text.split(/\r?\n/)) {
    const init = /^#EXT-X-MAP:URI="([^"]+)"/.exec(line)?.[1];
    const seconds = /^#EXTINF:([\d.]+)/.exec(line)?.[1];
    if (init !== undefined) named.initUris.push(init);
    else if (seconds !== undefined) durationMs = Math.round(Number(seconds) * 1_000_000) / 1000;
    else if (line === "#EXT-X-ENDLIST") named.isComplete = true;
    else if (line && !line.startsWith("#") && durationMs !== null) {
      named.segments.push({ uri: line, durationMs, initUri: named.initUris.at(-1) ?? null });
      durationMs = null;
    }
  }
  return named;
}
