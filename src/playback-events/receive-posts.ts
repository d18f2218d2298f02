import type { IncomingMessage, ServerResponse } from "node:http";
import { LRUCache } from "lru-cache";
import { pathOf, sendJson } from "../http/index.ts";
import { keyOf } from "../inputs/index.ts";
import { type PlaybackAccess, refusals, requestOrigin } from "../playback-access/index.ts";
import type { Metrics } from "../telemetry/index.ts";
import { MAX_EVENTS, parsePost } from "./parse-post.ts";

/** The path to which players post measurements. */
export const PLAYBACK_EVENTS_PATH = "/api/playback-events";

/** The maximum size that browsers send with `navigator.sendBeacon`. */
export const MOST_POST_BYTES = 64 * 1024;

export interface PlaybackEventsOptions {
  metrics: Pick<Metrics, "playbackMeasured">;
  access: Pick<PlaybackAccess, "check">;
}

/**
 * `POST /api/playback-events`: measurements of `<reelay-player qoe-url="…">`, counted in this process's
 * metrics. Stores nothing about the viewer. Requires the same as watching: nothing for a PUBLIC video, a
 * token for a SIGNED one. Each client address has a rate limit, and each post a limit on what it may add.
 *
 * Resolves to false, with the response untouched, if the request is for another path.
 */
export function createPlaybackEvents({ metrics, access }: PlaybackEventsOptions) {
  const takeRoom = createRateLimit();
  return async (req: IncomingMessage, res: ServerResponse, body?: Buffer): Promise<boolean> => {
    if (pathOf(req) !== PLAYBACK_EVENTS_PATH) return false;
    if (req.method !== "POST") {
      res.setHeader("Allow", "POST, OPTIONS");
      refuse(res, 405, "METHOD_NOT_ALLOWED", "Send player events with POST.");
      return true;
    }
    const post = parsePost(body?.toString("utf8") ?? "");
    if (post === null) {
      const message = `JSON of the form { "video": "…", "events": [{ "name": "reelay-stall", "detail": { … } }] } with at most ${MAX_EVENTS} events was expected, in the format of @reelay/player.`;
      refuse(res, 400, "PLAYBACK_EVENTS_INVALID", message);
      return true;
    }
    const waitMs = takeRoom(req.socket.remoteAddress ?? "", Math.max(1, post.measurements.length));
    if (waitMs > 0) {
      res.setHeader("Retry-After", String(Math.ceil(waitMs / 1_000)));
      refuse(res, 429, "PLAYBACK_EVENTS_TOO_MANY", "This address sent too many events; send fewer.");
      return true;
    }
    const video = videoOf(post.video);
    const granted = await access.check({
      token: post.token ?? video?.token ?? null,
      videoId: video?.videoId ?? "",
      purposes: ["PLAY"],
      origin: requestOrigin(req),
    });
    if (!granted.isAllowed) {
      const { code } = granted;
      if (code === null) refuse(res, 404, "VIDEO_NOT_FOUND", "The video in the post does not exist.");
      else refuse(res, 403, code, refusals[code]);
      return true;
    }
    for (const each of post.measurements) metrics.playbackMeasured(each);
    res.writeHead(204).end();
    return true;
  };
}

function refuse(res: ServerResponse, status: number, code: string, message: string): void {
  if (!res.destroyed) sendJson(res, status, { error: { code, message } });
}

/**
 * Events that one client address may add per second, also as a burst after a pause. A player sends one in
 * five seconds.
 */
const PER_SECOND = 20;
const BURST = 600;
/** Beyond this, the address that has been quiet longest starts over. */
const MAX_ADDRESSES = 10_000;

/** A token bucket per client address. */
function createRateLimit(now: () => number = () => performance.now()) {
  const buckets = new LRUCache<string, { left: number; at: number }>({ max: MAX_ADDRESSES });
  /**
   * Consumes `count` of the address's allowance and returns 0, or the milliseconds to wait, consuming
   * nothing.
   */
  return (address: string, count: number): number => {
    const at = now();
    const before = buckets.get(address) ?? { left: BURST, at };
    const left = Math.min(BURST, before.left + ((at - before.at) / 1_000) * PER_SECOND);
    if (left < count) return Math.ceil(((count - left) / PER_SECOND) * 1_000);
    buckets.set(address, { left: left - count, at });
    return 0;
  };
}

/**
 * The video named by a player: a global id, or a media URL with or without a token. Null if it is neither.
 * Pure.
 */
function videoOf(name: string): { videoId: string; token: string | null } | null {
  const videoId = keyOf("Video", name);
  if (videoId !== null) return { videoId, token: null };
  const parts = name.split(/[?#]/, 1)[0]?.split("/") ?? [];
  const place = parts.lastIndexOf("videos");
  const inAddress = place === -1 ? undefined : parts[place + 1];
  const before = parts[place - 1];
  if (inAddress === undefined) return null;
  return { videoId: inAddress, token: before?.startsWith("~") ? before.slice(1) : null };
}
