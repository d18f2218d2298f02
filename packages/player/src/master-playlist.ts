/** The variants of a master playlist as absolute URLs. RFC 8216, 4.3.4.2: the line after EXT-X-STREAM-INF. */
export function variantUrls(text: string, baseUrl: string): Set<string> {
  const lines = text.split(/\r?\n/).filter((line) => line !== "");
  const uris = lines.filter(
    (line, index) => !line.startsWith("#") && lines[index - 1]?.startsWith("#EXT-X-STREAM-INF:"),
  );
  return new Set(uris.map((uri) => new URL(uri, baseUrl).href));
}

export const isSameSet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((entry) => b.has(entry));
