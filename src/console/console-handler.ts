import type { IncomingMessage, ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import { pathOf } from "../http/path.ts";
import { buildingPage, buildingPolicy } from "./building-page.ts";
import { type ConsoleOrigins, consolePolicy } from "./policy.ts";
import { buildIn, type ConsoleFile, type ConsoleFiles, readConsoleFiles } from "./read-files.ts";
import { isConsoleRoute } from "./routes.ts";

/** Where `npm run console` puts it; beside the bundled process in an image. */
const builtConsole = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "../../web/dist/" : "web/", import.meta.url),
);

export interface ConsoleOptions extends ConsoleOrigins {
  /** The folder with the built console. Default: where our own build puts it. */
  directory?: string;
}

/**
 * Serves the built console: its page at its routes, its hashed assets for ever, and a page that reloads itself while it is not built. It needs
 * no API key: all that it shows it asks for through GraphQL.
 *
 * Resolves to false, with the response untouched, when the request is not for it.
 */
export function createConsole({ directory = builtConsole, ...origins }: ConsoleOptions) {
  const policy = consolePolicy(origins);
  let read: { build: string; files: Promise<ConsoleFiles> } | undefined;

  /** Read again when there is another build; null while there is none. */
  async function filesNow(): Promise<ConsoleFiles | null> {
    const build = await buildIn(directory);
    if (build === null) return null;
    if (read?.build !== build) {
      const files = readConsoleFiles(directory);
      files.catch(() => (read = undefined));
      read = { build, files };
    }
    return await read.files;
  }

  return async (req: IncomingMessage, res: ServerResponse): Promise<boolean> => {
    const path = pathOf(req);
    const isPage = isConsoleRoute(path);
    const isReading = req.method === "GET" || req.method === "HEAD";
    const files = isPage || isReading ? await filesNow() : null;
    const file = files?.get(isPage ? "/index.html" : path);
    if (!isPage && (file === undefined || path === "/index.html")) return false;
    res.setHeader("X-Content-Type-Options", "nosniff");
    res.setHeader("Referrer-Policy", "no-referrer");
    if (!isReading) {
      res.writeHead(405, { Allow: "GET, HEAD", "Content-Type": "text/plain; charset=utf-8" });
      res.end("Use GET or HEAD.");
    } else if (file === undefined) {
      answerBuilding(req, res);
    } else {
      if (isPage) {
        res.setHeader("Content-Security-Policy", policy);
        res.setHeader("Cross-Origin-Opener-Policy", "same-origin");
      }
      send(req, res, file, cacheControlOf(path));
    }
    return true;
  };
}

/** Assets have their content's hash in their name; what has a fixed name is asked for again each time. */
const cacheControlOf = (path: string): string =>
  path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";

function send(req: IncomingMessage, res: ServerResponse, file: ConsoleFile, cacheControl: string): void {
  const { body, gzipped, contentType, etag } = file;
  res.setHeader("Cache-Control", cacheControl);
  res.setHeader("ETag", etag);
  if (gzipped !== null) res.setHeader("Vary", "Accept-Encoding");
  if (req.headers["if-none-match"]?.includes(etag)) {
    res.writeHead(304).end();
    return;
  }
  const isZipped = gzipped !== null && /\bgzip\b/.test(String(req.headers["accept-encoding"]));
  const bytes = isZipped ? gzipped : body;
  if (isZipped) res.setHeader("Content-Encoding", "gzip");
  res.writeHead(200, { "Content-Type": contentType, "Content-Length": bytes.length });
  res.end(req.method === "HEAD" ? undefined : bytes);
}

function answerBuilding(req: IncomingMessage, res: ServerResponse): void {
  res.writeHead(503, {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Length": Buffer.byteLength(buildingPage),
    "Content-Security-Policy": buildingPolicy,
    "Cache-Control": "no-store",
    "Retry-After": "1",
  });
  res.end(req.method === "HEAD" ? undefined : buildingPage);
}
