import type { IncomingMessage, ServerResponse } from "node:http";
import { objectKeys } from "@reelay/contracts";
import { keyOf } from "../../schema/global-id.ts";
import { answerBuilding, type BuiltFiles } from "../console/index.ts";
import { pathOf } from "../http/path.ts";
import { playerPolicy } from "../http/player-policy.ts";
import { renderMissingPage, renderPlayerPage } from "./page.ts";

export interface WatchPageOptions {
  /** Where players find an object; the store's `publicUrl`. */
  publicUrlOf: (key: string) => string;
  /** Has the player, which the pages load from here. */
  built: BuiltFiles;
}

const pattern = /^\/(watch|embed)(?:\/(.*))?$/;

/** What the address of an embedded player may say: `/embed/{id}?autoplay&muted`. */
const flagNames = ["autoplay", "muted", "loop", "no-resume"];

/**
 * Serves `/watch/{id}` (the GraphQL API's global id), a page with the player, and `/embed/{id}`, the same for frames of other pages. Needs no
 * database and no API key: what it shows is in the video's public status.json, which the player asks for itself.
 *
 * Resolves to false, with the response untouched, when the request is not for it.
 */
export function createWatchPage({ publicUrlOf, built }: WatchPageOptions) {
  return async (req: IncomingMessage, res: ServerResponse): Promise<boolean> => {
    const [, kind, id = ""] = pattern.exec(pathOf(req)) ?? [];
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
    if (videoId === null) {
      res.setHeader("Content-Security-Policy", policyOf());
      send(req, res, 404, "text/html", renderMissingPage());
    } else if ((await built.now()) === null) {
      answerBuilding(req, res);
    } else {
      const statusUrl = publicUrlOf(objectKeys.status(videoId));
      const flags = isEmbedded ? flagsOf(req) : ["autoplay"];
      res.setHeader("Content-Security-Policy", policyOf(statusUrl));
      send(req, res, 200, "text/html", renderPlayerPage({ id, statusUrl, isEmbedded, flags }));
    }
    return true;
  };
}

function flagsOf(req: IncomingMessage): string[] {
  const query = new URLSearchParams((req.url ?? "").split("?", 2)[1]);
  return flagNames.filter((name) => query.has(name) && !["0", "false"].includes(query.get(name) ?? ""));
}

/** Own scripts and the store's media only. Any page may have them in a frame: there is nothing to click but the player. */
function policyOf(statusUrl?: string): string {
  const { media, directives } = statusUrl === undefined ? missing : playerPolicy(statusUrl);
  return [
    "default-src 'none'",
    "script-src 'self'",
    ...directives,
    `connect-src 'self' ${media}`.trimEnd(),
    "base-uri 'none'",
    "form-action 'none'",
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
