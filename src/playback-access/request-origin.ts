import type { IncomingMessage } from "node:http";

/**
 * The origin of the page that a request came from: `Origin`, else that of `Referer`. Null where the client sent neither, as native players and
 * browsers under `no-referrer` do. `Origin: null` (a sandboxed page) stays the text `null`, which no token names.
 */
export function requestOrigin({ headers }: Pick<IncomingMessage, "headers">): string | null {
  if (headers.origin !== undefined) return headers.origin;
  if (headers.referer === undefined) return null;
  return URL.canParse(headers.referer) ? new URL(headers.referer).origin : "null";
}
