import type { IncomingMessage, ServerResponse } from "node:http";
import { pathOf } from "../http/path.ts";
import { answerBuilding } from "./building-page.ts";
import type { BuiltFiles } from "./built-files.ts";
import { type ConsoleOrigins, consolePolicy } from "./policy.ts";
import { isConsoleRoute } from "./routes.ts";
import { sendFile } from "./send-file.ts";

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
