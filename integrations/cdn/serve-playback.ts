/**
 * Answers requests at a CDN from a private bucket: checks, then reads the cache or the bucket under the
 * address without its token.
 */
import { checkPlayback, type EdgeKeys, type EdgeStatus } from "./check-playback.ts";

export interface Edge {
  keys: EdgeKeys;
  /** Where the API is reached, e.g. `https://api.example`. */
  ownOrigins?: readonly string[];
  /**
   * Reads an object of the bucket through the CDN's cache, whose key is the object's own: never the token's.
   * Passes `range` on.
   */
  readObject: (key: string, range: string | null) => Promise<Response>;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/**
 * How long a video's policy is reused: after this, a video that was made SIGNED is refused to those without a
 * token.
 */
const STATUS_MS = 30_000;
const MAX_STATUSES = 10_000;

export function createEdge({
  keys,
  ownOrigins = [],
  readObject,
  now = Date.now,
}: Edge): (request: Request) => Promise<Response> {
  const statuses = new Map<string, { until: number; status: Promise<EdgeStatus | null> }>();

  function readStatus(videoId: string): Promise<EdgeStatus | null> {
    const known = statuses.get(videoId);
    if (known && known.until > now()) return known.status;
    if (statuses.size >= MAX_STATUSES) statuses.clear();
    const status = fetchStatus(videoId);
    statuses.set(videoId, { until: now() + STATUS_MS, status });
    status.catch(() => statuses.delete(videoId));
    return status;
  }

  async function fetchStatus(videoId: string): Promise<EdgeStatus | null> {
    const response = await readObject(`videos/${videoId}/status.json`, null);
    // Buckets answer 403 for what is not there to those who may not list them.
    if (response.status === 404 || response.status === 403) return null;
    if (!response.ok) throw new Error(`The bucket answered ${response.status}.`);
    return (await response.json()) as EdgeStatus;
  }

  return async (request) => {
    if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: preflight });
    if (request.method !== "GET" && request.method !== "HEAD") return refuse(405, "METHOD_NOT_ALLOWED");
    const { pathname: path } = new URL(request.url);
    const verdict = await checkPlayback(
      { path, origin: originOf(request), nowS: now() / 1_000, ownOrigins },
      keys,
      readStatus,
    );
    if (!verdict.isAllowed) return refuse(verdict.status, verdict.code);
    const { key, leftS } = verdict;
    const response = await readObject(key, request.headers.get("range"));
    if (response.status === 403 || response.status === 404) return refuse(404, "NOT_FOUND");
    const headers = new Headers(response.headers);
    for (const [name, value] of Object.entries(openToAll)) headers.set(name, value);
    if (leftS !== null)
      headers.set("cache-control", `private, max-age=${Math.min(3_600, lifeOf(key), Math.floor(leftS))}`);
    return new Response(request.method === "HEAD" ? null : response.body, {
      status: response.status,
      headers,
    });
  };
}

const lifeOf = (key: string): number => (/\.(?:m3u8|mpd|json)$/.test(key) ? 1 : 3_600);

function originOf({ headers }: Request): string | null {
  const [origin, referer] = [headers.get("origin"), headers.get("referer")];
  if (origin !== null || referer === null) return origin;
  return URL.canParse(referer) ? new URL(referer).origin : "null";
}

const openToAll = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "Content-Length, Content-Range, ETag",
  "cross-origin-resource-policy": "cross-origin",
  "x-content-type-options": "nosniff",
};

const preflight = {
  ...openToAll,
  "access-control-allow-methods": "GET, HEAD, OPTIONS",
  "access-control-allow-headers": "Range",
  "access-control-max-age": "86400",
};

const refuse = (status: number, code: string): Response =>
  Response.json({ code }, { status, headers: { ...openToAll, "cache-control": "no-store" } });
