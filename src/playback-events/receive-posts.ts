import type { IncomingMessage, ServerResponse } from "node:http";
import { sendJson } from "../http/json.ts";
import { pathOf } from "../http/path.ts";
import { type PlaybackAccess, REFUSALS, requestOrigin } from "../playback-access/index.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { MAX_EVENTS, parsePost } from "./parse-post.ts";
import { createRateLimit } from "./rate-limit.ts";
import { videoOf } from "./video-of.ts";

/** The path to which players post measurements. */
export const playbackEventsPath = "/api/playback-events";

/** The maximum size that browsers send with `navigator.sendBeacon`. */
export const mostPostBytes = 64 * 1024;

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
    if (pathOf(req) !== playbackEventsPath) return false;
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
      else refuse(res, 403, code, REFUSALS[code]);
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
