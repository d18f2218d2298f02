/** What a finished media playlist of ours names, addresses as they stand in it. Null where its segments need several initialisation segments. Pure. */
export function readMediaPlaylist(
  text: string,
): { initUri: string; segments: { uri: string; durationMs: number }[] } | null {
  const inits: string[] = [];
  const segments: { uri: string; durationMs: number }[] = [];
  let durationMs: number | null = null;
  for (const line of text.split("\n")) {
    const init = /^#EXT-X-MAP:URI="([^"]+)"/.exec(line)?.[1];
    const seconds = /^#EXTINF:([\d.]+)/.exec(line)?.[1];
    if (init !== undefined) inits.push(init);
    else if (seconds !== undefined) durationMs = Math.round(Number(seconds) * 1_000_000) / 1000;
    else if (line && !line.startsWith("#") && durationMs !== null) {
      segments.push({ uri: line, durationMs });
      durationMs = null;
    }
  }
  const [initUri] = inits;
  return initUri === undefined || inits.length > 1 ? null : { initUri, segments };
}
