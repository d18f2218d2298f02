import type { IncomingMessage, ServerResponse } from "node:http";
import { objectKeys } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import { answerBuilding, type BuiltFiles } from "../console/index.ts";
import { pathOf, playerPolicy } from "../http/index.ts";
import { keyOf } from "../inputs/index.ts";
import {
  addressBelow,
  type PlaybackAccess,
  requestOrigin,
  tokenParameter,
} from "../playback-access/index.ts";
import { renderMissingPage, renderPlayerPage, renderRefusedPage } from "./page.ts";

export interface WatchPageOptions {
  store: Pick<ObjectStore, "publicUrl">;
  access: Pick<PlaybackAccess, "check">;
  /** Has the player, which the pages load from here. */
  built: BuiltFiles;
}

const PATTERN = /^\/(watch|embed)(?:\/(.*))?$/;

/** Parameters of an embedded player's URL: `/embed/{id}?autoplay&muted`. */
const flagNames = ["autoplay", "muted", "loop", "no-resume"];

/**
 * Serves `/watch/{id}` (the GraphQL API's global id), a page with the player, and `/embed/{id}`, the same for
 * frames on other sites. Needs no API key: its content comes from the video's status.json, which the player
 * requests itself. A SIGNED video's pages need a token, `?token=`.
 *
 * Resolves to false, with the response untouched, if the request is for another path.
 */
export function createWatchPage({ store, access, built }: WatchPageOptions) {
  return async (req: IncomingMessage, res: ServerResponse): Promise<boolean> => {
    const [, kind, id = ""] = PATTERN.exec(pathOf(req)) ?? [];
    if (kind === undefined) return false;
    if (req.method !== "GET" && req.method !== "HEAD") {
      res.setHeader("Allow", "GET, HEAD");
      send(req, res, 405, "text/plain", "Use GET or HEAD.");
      return true;
    }
    const isEmbedded = kind === "embed";
    const videoId = keyOf("Video", id);
    res.setHeader("Referrer-Policy", "no-referrer");
    res.setHeader("Cache-Control", "no-cache");
    const token = tokenParameter(req.url);
    const granted = await access.check({
      token,
      videoId: videoId ?? "",
      purposes: ["PLAY"],
      origin: requestOrigin(req),
    });
    if (!granted.isAllowed || videoId === null) {
      res.setHeader("Content-Security-Policy", policyOf());
      res.setHeader("Cache-Control", "no-store");
      const code = granted.isAllowed ? null : granted.code;
      const page = code === null ? renderMissingPage() : renderRefusedPage(code);
      send(req, res, code === null ? 404 : 403, "text/html", page);
    } else if ((await built.now()) === null) {
      answerBuilding(req, res);
    } else {
      const key = objectKeys.status(videoId);
      const statusUrl = token === null ? store.publicUrl(key) : addressBelow(store, token, key);
      const flags = isEmbedded ? flagsOf(req) : ["autoplay"];
      if (token !== null) res.setHeader("Cache-Control", "private, no-store");
      res.setHeader("Content-Security-Policy", policyOf(statusUrl, granted.token?.origins));
      send(req, res, 200, "text/html", renderPlayerPage({ id, statusUrl, token, isEmbedded, flags }));
    }
    return true;
  };
}

function flagsOf(req: IncomingMessage): string[] {
  const query = new URLSearchParams((req.url ?? "").split("?", 2)[1]);
  return flagNames.filter((name) => query.has(name) && !["0", "false"].includes(query.get(name) ?? ""));
}

/**
 * Allows only own scripts and the store's media. Any page may frame it, because the player is the only thing
 * to click; with a token for certain sites, only theirs may.
 */
function policyOf(statusUrl?: string, framedBy: readonly string[] = []): string {
  const { media, directives } = statusUrl === undefined ? missing : playerPolicy(statusUrl);
  return [
    "default-src 'none'",
    "script-src 'self'",
    ...directives,
    `connect-src 'self' ${media}`.trimEnd(),
    "base-uri 'none'",
    "form-action 'none'",
    ...(framedBy.length > 0 ? [`frame-ancestors 'self' ${framedBy.join(" ")}`] : []),
  ].join("; ");
}

const missing = { media: "", directives: ["style-src 'unsafe-inline'"] };

function send(req: IncomingMessage, res: ServerResponse, status: number, type: string, body: string): void {
  res.writeHead(status, {
    "Content-Type": `${type}; charset=utf-8`,
    "Content-Length": Buffer.byteLength(body),
    "X-Content-Type-Options": "nosniff",
  });
  res.end(req.method === "HEAD" ? undefined : body);
}
