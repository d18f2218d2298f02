import type { IncomingMessage } from "node:http";

/**
 * The origin of the requesting page: `Origin`, otherwise that of `Referer`. Null if the client sent neither,
 * like native players and browsers under `no-referrer`. `Origin: null` (a sandboxed page) stays the text
 * `null`, which no token contains.
 */
export function requestOrigin({ headers }: Pick<IncomingMessage, "headers">): string | null {
  if (headers.origin !== undefined) return headers.origin;
  if (headers.referer === undefined) return null;
  return URL.canParse(headers.referer) ? new URL(headers.referer).origin : "null";
}
