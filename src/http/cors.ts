import type { IncomingMessage, ServerResponse } from "node:http";

/** Response headers that scripts of other origins may read: those of tus, players and clients. */
const exposed = [
  "Location",
  "Upload-Offset",
  "Upload-Length",
  "Upload-Expires",
  "Upload-Metadata",
  "Tus-Version",
  "Tus-Resumable",
  "Tus-Max-Size",
  "Tus-Extension",
  "Content-Length",
  "Content-Range",
  "Accept-Ranges",
  "ETag",
  "Retry-After",
].join(", ");

/**
 * Sets the CORS headers and answers preflights. No cookies are in use anywhere, so `*` reveals nothing that
 * requires a key. Returns true if the request is answered.
 */
export function answerCors(req: IncomingMessage, res: ServerResponse, origins: readonly string[]): boolean {
  const { origin } = req.headers;
  const isPreflight = req.method === "OPTIONS" && req.headers["access-control-request-method"] !== undefined;
  if (!origins.includes("*")) res.setHeader("Vary", "Origin");
  if (origin !== undefined && (origins.includes("*") || origins.includes(origin))) {
    res.setHeader("Access-Control-Allow-Origin", origins.includes("*") ? "*" : origin);
    res.setHeader("Access-Control-Expose-Headers", exposed);
    if (isPreflight) {
      res.setHeader("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
      const requested = req.headers["access-control-request-headers"];
      if (requested) res.setHeader("Access-Control-Allow-Headers", requested);
      res.setHeader("Access-Control-Max-Age", "7200");
    }
  }
  if (isPreflight) res.writeHead(204).end();
  return isPreflight;
}
