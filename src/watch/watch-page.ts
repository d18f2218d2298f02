import type { IncomingMessage, ServerResponse } from "node:http";
import { objectKeys } from "@reelay/contracts";
import { keyOf } from "../../schema/global-id.ts";
import { pathOf } from "../http/path.ts";
import { readHlsJs } from "./hls-js.ts";
import { renderMissingPage, renderWatchPage, styleHash } from "./page.ts";
import { playerScript } from "./player-script.ts";

export interface WatchPageOptions {
  /** Where players find an object; the store's `publicUrl`. */
  publicUrlOf: (key: string) => string;
}

/**
 * Serves `/watch/{id}` (the GraphQL API's global id) and what the page needs, all from here and never from elsewhere. Needs no
 * database and no API key: what it shows is in the video's public status.json, which the page asks for itself.
 *
 * Resolves to false, with the response untouched, when the request is not for it.
 */
export function createWatchPage({ publicUrlOf }: WatchPageOptions) {
  return async (req: IncomingMessage, res: ServerResponse): Promise<boolean> => {
    const path = pathOf(req);
    if (path !== "/watch" && !path.startsWith("/watch/")) return false;
    if (req.method !== "GET" && req.method !== "HEAD") {
      res.setHeader("Allow", "GET, HEAD");
      send(req, res, 405, "text/plain", "Use GET or HEAD.");
      return true;
    }
    if (path === "/watch/assets/hls.js") {
      sendAsset(req, res, await readHlsJs());
      return true;
    }
    if (path === "/watch/assets/player.js") {
      sendAsset(req, res, playerScript);
      return true;
    }
    const id = path.slice("/watch/".length);
    const videoId = keyOf("Video", id);
    const statusUrl = videoId === null ? null : publicUrlOf(objectKeys.status(videoId));
    res.setHeader("Content-Security-Policy", contentSecurityPolicy(statusUrl));
    res.setHeader("Referrer-Policy", "no-referrer");
    res.setHeader("Cache-Control", "no-cache");
    if (statusUrl === null) send(req, res, 404, "text/html", renderMissingPage());
    else send(req, res, 200, "text/html", renderWatchPage({ id, statusUrl }));
    return true;
  };
}

/** Own scripts and the store's media only. hls.js plays through blobs and does its parsing in a worker made from one. */
function contentSecurityPolicy(statusUrl: string | null): string {
  const media = statusUrl === null ? "" : ` ${new URL(statusUrl).origin}`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src '${styleHash}'`,
    `connect-src 'self'${media}`,
    `media-src 'self' blob:${media}`,
    `img-src 'self'${media}`,
    "worker-src blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

function sendAsset(req: IncomingMessage, res: ServerResponse, body: Buffer | string): void {
  res.setHeader("Cache-Control", "public, max-age=3600");
  send(req, res, 200, "text/javascript", body);
}

function send(
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  type: string,
  body: Buffer | string,
): void {
  res.writeHead(status, {
    "Content-Type": `${type}; charset=utf-8`,
    "Content-Length": Buffer.byteLength(body),
    "X-Content-Type-Options": "nosniff",
  });
  res.end(req.method === "HEAD" ? undefined : body);
}
