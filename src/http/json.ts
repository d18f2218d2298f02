import type { ServerResponse } from "node:http";
import { type OverloadedError, overloaded, retryAfterHeader } from "../overload/index.ts";

/** Answers with JSON that caches must not store. */
export function sendJson(res: ServerResponse, status: number, body: unknown): void {
  const text = `${JSON.stringify(body)}\n`;
  res.writeHead(status, {
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(text),
    "Cache-Control": "no-store",
  });
  res.end(text);
}

/** 503 with `Retry-After`, valid both as a GraphQL answer and as one of our other refusals. */
export function refuseOverloaded(res: ServerResponse, error: OverloadedError = overloaded()): void {
  const { message, code, retryAfterMs } = error;
  for (const [name, value] of Object.entries(retryAfterHeader(error))) res.setHeader(name, value);
  sendJson(res, 503, {
    errors: [{ message, extensions: { code, retryAfterMs } }],
    error: { code, message, retryAfterMs },
  });
}
