/** What must not be read in a log, each with what stands in its place. Matches inside lines of JSON, so quotes and backslashes end a match. */
const secrets: readonly (readonly [RegExp, string])[] = [
  [/\brk_[\w-]{20,}/g, "rk_***"],
  [/\b(Bearer|Basic)\s+[^\s"\\]+/gi, "$1 ***"],
  // The address of an upload ends in its id, a dot and its token.
  [/(\/uploads\/[0-9a-f-]{36})\.[\w-]+/gi, "$1.***"],
  // Credentials before the host of any address: databases, proxies, sources.
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s"\\/?#@]+@/gi, "$1***@"],
  // Signed addresses carry their signature in the query.
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s"\\?#<>]+\?)[^\s"\\<>]+/gi, "$1***"],
];

/** The text with its secrets blackened: tokens, credentials, and the queries of addresses. */
export function withoutSecrets(text: string): string {
  let safe = text;
  for (const [pattern, instead] of secrets) safe = safe.replace(pattern, instead);
  return safe;
}
