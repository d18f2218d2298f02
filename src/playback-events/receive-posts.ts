import type { IncomingMessage, ServerResponse } from "node:http";
import { sendJson } from "../http/json.ts";
import { pathOf } from "../http/path.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { parsePost } from "./parse-post.ts";

/** Where players post what their viewers feel. */
export const playbackEventsPath = "/api/playback-events";

/** What browsers send with `navigator.sendBeacon` at most. */
const mostBytes = 64 * 1024;

/**
 * `POST /api/playback-events`: what `<reelay-player qoe-url="…">` tells of how well it plays, counted in this process's metrics. Nothing is kept of who
 * tells it. It needs no key, as watching needs none, so the figures are worth what those are who can reach it.
 *
 * Resolves to false, with the response untouched, when the request is not for it.
 */
export function createPlaybackEvents({ metrics }: { metrics: Pick<Metrics, "playbackFelt"> }) {
  return async (req: IncomingMessage, res: ServerResponse): Promise<boolean> => {
    if (pathOf(req) !== playbackEventsPath) return false;
    if (req.method !== "POST") {
      res.setHeader("Allow", "POST, OPTIONS");
      refuse(res, 405, "METHOD_NOT_ALLOWED", "Send what a player tells with POST.");
      return true;
    }
    const text = await readText(req);
    if (text === null) {
      // What is still to come is not waited for.
      res.setHeader("Connection", "close");
      const message = `The post has more than ${mostBytes} bytes; send fewer events at a time.`;
      refuse(res, 413, "PLAYBACK_EVENTS_TOO_LARGE", message);
      return true;
    }
    const felt = parsePost(text);
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

/** Null: it is too long. */
async function readText(req: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
