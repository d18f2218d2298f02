/**
 * Patterns that must not appear in a log, with their replacements. They match inside JSON lines, so quotes
 * and backslashes end a match.
 */
const secrets: readonly (readonly [RegExp, string])[] = [
  [/\brk_[\w-]{20,}/g, "rk_***"],
  [/\b(Bearer|Basic)\s+[^\s"\\]+/gi, "$1 ***"],
  // An upload's address ends with its id, a dot and its token.
  [/(\/uploads\/[0-9a-f-]{36})\.[\w-]+/gi, "$1.***"],
];

/** Runs of characters that can contain a URL. */
const ADDRESS_LIKE = /[^\s"\\<>]+/g;

/** Replaces secrets in the text: tokens, credentials, and URL queries. Linear in the text's length. */
export function withoutSecrets(text: string): string {
  let safe = text;
  for (const [pattern, instead] of secrets) safe = safe.replace(pattern, instead);
  return safe.includes("://") ? safe.replace(ADDRESS_LIKE, withoutAddressSecrets) : safe;
}

/**
 * The URLs of databases, proxies and sources carry credentials before the host; signed URLs carry a signature
 * in the query.
 */
function withoutAddressSecrets(run: string): string {
  const [scheme = "", ...addresses] = run.split("://");
  let safe = scheme;
  for (const address of addresses) {
    safe += "://";
    const end = address.search(/[/?#]/);
    const authority = end < 0 ? address : address.slice(0, end);
    const at = authority.lastIndexOf("@");
    const host = at > 0 ? `***${authority.slice(at)}` : authority;
    const rest = address.slice(authority.length);
    const query = rest.search(/[?#]/);
    if (rest[query] === "?" && query < rest.length - 1) return `${safe}${host}${rest.slice(0, query)}?***`;
    safe += host + rest;
  }
  return safe;
}
