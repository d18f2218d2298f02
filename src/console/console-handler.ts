import type { IncomingMessage, ServerResponse } from "node:http";
import { pathOf, playerPolicy } from "../http/index.ts";
import { answerBuilding } from "./building-page.ts";
import type { BuiltFiles } from "./built-files.ts";
import type { ConsoleFile } from "./read-files.ts";
import { isConsoleRoute } from "./routes.ts";

interface ConsoleOptions extends ConsoleOrigins {
  built: BuiltFiles;
}

/**
 * The packages for pages of other origins, each bundled into one file (scripts/console/bundle-package.ts).
 */
const modules = new Set(["/client.js", "/player.js", "/upload.js"]);

/**
 * Serves the built console: its page at its routes, its hashed assets as immutable, the modules for other
 * pages, and a page that reloads itself while nothing is built. It needs no API key: the console loads all
 * data through GraphQL.
 *
 * Resolves to false, with the response untouched, if the request is for another path.
 */
export function createConsole({ built, ...origins }: ConsoleOptions) {
  const policy = consolePolicy(origins);

  return async (req: IncomingMessage, res: ServerResponse): Promise<boolean> => {
    const path = pathOf(req);
    const isPage = isConsoleRoute(path);
    const isModule = modules.has(path);
    const isOurs = isPage || isModule;
    const isReading = req.method === "GET" || req.method === "HEAD";
    const files = isOurs || isReading ? await built.now() : null;
    const file = files?.get(isPage ? "/index.html" : path);
    if (!isOurs && (file === undefined || path === "/index.html")) return false;
    res.setHeader("X-Content-Type-Options", "nosniff");
    res.setHeader("Referrer-Policy", "no-referrer");
    if (isModule) {
      // Whichever origins may call the API: a player is no secret.
      res.setHeader("Access-Control-Allow-Origin", "*");
      res.setHeader("Cross-Origin-Resource-Policy", "cross-origin");
    }
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
      sendFile(req, res, file, cacheControlOf(path));
    }
    return true;
  };
}

/**
 * Assets have a content hash in their name. Files with a fixed name are revalidated each time, except
 * modules: other sites' pages must not wait for this server, and a player that is an hour old works as well.
 */
function cacheControlOf(path: string): string {
  if (path.startsWith("/assets/")) return "public, max-age=31536000, immutable";
  return modules.has(path) ? "public, max-age=3600, stale-while-revalidate=86400" : "no-cache";
}

/** Origins that the console may use besides its own. */
interface ConsoleOrigins {
  /** Public URL of media; `store.publicUrl`. */
  mediaUrl: string;
  /** Destination of uploads: this API's public URL, or the store. */
  uploadUrl: string;
}

/**
 * Content-Security-Policy of the console's page: only local scripts, none inline, plus what the player needs.
 * Pure.
 */
function consolePolicy({ mediaUrl, uploadUrl }: ConsoleOrigins): string {
  const { media, directives } = playerPolicy(mediaUrl);
  const origins = [...new Set([media, new URL(uploadUrl).origin])].join(" ");
  return [
    "default-src 'none'",
    "script-src 'self'",
    ...directives,
    // 'self' covers the WebSocket too.
    `connect-src 'self' ${origins}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/**
 * Answers GET and HEAD with a file, compressed if the client accepts it, or with 304 if the client has it.
 */
function sendFile(
  req: IncomingMessage,
  res: ServerResponse,
  { body, gzipped, contentType, etag }: ConsoleFile,
  cacheControl: string,
): void {
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
