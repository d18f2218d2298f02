import type { IncomingMessage, ServerResponse } from "node:http";
import { sendJson } from "../http/json.ts";
import { pathOf } from "../http/path.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { parsePost } from "./parse-post.ts";

/** Where players post what their viewers feel. */
export const playbackEventsPath = "/api/playback-events";

/** What browsers send with `navigator.sendBeacon` at most. */
export const mostPostBytes = 64 * 1024;

/**
 * `POST /api/playback-events`: what `<reelay-player qoe-url="…">` tells of how well it plays, counted in this process's metrics. Nothing is kept of who
 * tells it. It needs no key, as watching needs none, so the figures are worth what those are who can reach it.
 *
 * Resolves to false, with the response untouched, when the request is not for it.
 */
export function createPlaybackEvents({ metrics }: { metrics: Pick<Metrics, "playbackFelt"> }) {
  return async (req: IncomingMessage, res: ServerResponse, body?: Buffer): Promise<boolean> => {
    if (pathOf(req) !== playbackEventsPath) return false;
    if (req.method !== "POST") {
      res.setHeader("Allow", "POST, OPTIONS");
      refuse(res, 405, "METHOD_NOT_ALLOWED", "Send what a player tells with POST.");
      return true;
    }
    const felt = parsePost(body?.toString("utf8") ?? "");
    if (felt === null) {
      const message =
        'JSON of the form { "events": [{ "name": "reelay-stall", "detail": { … } }] } with at most 500 events was expected, as @reelay/player sends it.';
      refuse(res, 400, "PLAYBACK_EVENTS_INVALID", message);
      return true;
    }
    for (const each of felt) metrics.playbackFelt(each);
    res.writeHead(204).end();
    return true;
  };
}

function refuse(res: ServerResponse, status: number, code: string, message: string): void {
  if (!res.destroyed) sendJson(res, status, { error: { code, message } });
}
