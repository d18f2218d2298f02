import type { IncomingMessage, ServerResponse } from "node:http";
import type { ConsoleFile } from "./read-files.ts";

/**
 * Answers GET and HEAD with a file, compressed if the client accepts it, or with 304 if the client has it.
 */
export function sendFile(
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
