import type { IncomingMessage } from "node:http";
import type { WorkKind } from "./in-flight.ts";

/** The kind of slot for a request. */
export function kindOf(req: IncomingMessage, path: string): WorkKind {
  if (path.startsWith("/media/")) return "media";
  if (path.startsWith("/uploads/") || path === "/api/cms/media/upload") return "upload";
  if (path === "/worker/v1/claim" || path === "/worker/v1/control") return "stream";
  if (path.startsWith("/worker/v1/")) return req.method === "GET" ? "media" : "upload";
  if (path === "/v1/video/rendering" || path === "/render") return "render";
  return path === "/graphql" && req.headers.accept?.includes("text/event-stream") === true
    ? "stream"
    : "request";
}

export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
