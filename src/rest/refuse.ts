import type { ServerResponse } from "node:http";
import { toRefusal } from "../cms/index.ts";
import { BodyRefusedError } from "../overload/index.ts";
import { sendBody } from "./answer.ts";
import { RestError } from "./rest-error.ts";

/** The answer to a request that was refused: its body is `{ error }`, a sentence. */
export interface Refused {
  status: number;
  message: string;
  retryAfterMs: number | null;
  /** Of an error of ours, which must be logged. */
  errorId: string | null;
}

export function toRefused(error: unknown): Refused {
  if (error instanceof RestError || error instanceof BodyRefusedError) {
    const retryAfterMs = error.status === 503 ? SOON_MS : null;
    return { status: error.status, message: error.message, retryAfterMs, errorId: null };
  }
  const { status, error: refused } = toRefusal(error);
  const { message, retryAfterMs = null, errorId = null } = refused;
  return { status, message, retryAfterMs, errorId };
}

const SOON_MS = 2_000;

export function sendRefused(res: ServerResponse, { status, message, retryAfterMs }: Refused): void {
  if (res.destroyed || res.writableEnded) return;
  if (!res.headersSent) {
    if (status === 401) res.setHeader("WWW-Authenticate", "Bearer");
    if (status === 405) res.setHeader("Allow", "POST, OPTIONS");
    if (retryAfterMs !== null) res.setHeader("Retry-After", String(Math.ceil(retryAfterMs / 1_000)));
  }
  sendBody(res, status, { error: message });
}
