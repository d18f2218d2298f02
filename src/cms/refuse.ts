import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { StoreUnavailableError } from "@reelay/object-store";
import {
  ConflictError,
  ExpectedError,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
  QuotaExceededError,
  UnauthenticatedError,
} from "../errors/index.ts";
import { isFullDisk } from "../full-disk/index.ts";
import { isOutage, sendJson } from "../http/index.ts";
import { OverloadedError, RateLimitedError } from "../overload/index.ts";
import { FormError } from "./form-error.ts";

/** The answer to a client of the form upload or the status: its body is `{ success: false, error }`. */
export interface Refusal {
  status: number;
  error: { code: string; message: string; field?: string; retryAfterMs?: number; errorId?: string };
  /** True if the error is ours and must be logged. */
  isOurs: boolean;
}

const SOON_MS = 2_000;
const FULL_MS = 5_000;

export function toRefusal(error: unknown): Refusal {
  const refusal = (status: number, more: object = {}): Refusal => {
    const { code, message } = error as ExpectedError;
    return { status, error: { code, message, ...more }, isOurs: false };
  };
  if (error instanceof FormError) {
    const retry = error.status === 503 ? { retryAfterMs: SOON_MS } : {};
    return refusal(error.status, { ...(error.field !== null && { field: error.field }), ...retry });
  }
  if (error instanceof OverloadedError) return refusal(503, { retryAfterMs: error.retryAfterMs });
  if (error instanceof InvalidInputError) return refusal(400, { field: `metadata.${error.field}` });
  if (error instanceof RateLimitedError) return refusal(429, { retryAfterMs: error.retryAfterMs });
  if (error instanceof QuotaExceededError) return refusal(429, { retryAfterMs: error.retryAfterMs });
  if (error instanceof UnauthenticatedError) return refusal(401);
  if (error instanceof ForbiddenError) return refusal(403);
  if (error instanceof NotFoundError) return refusal(404);
  if (error instanceof ConflictError) {
    const isPassing = error.code === "IDEMPOTENCY_KEY_IN_USE";
    return refusal(409, isPassing ? { retryAfterMs: SOON_MS } : {});
  }
  if (error instanceof ExpectedError) return refusal(400);
  const errorId = randomUUID();
  const ours = (status: number, code: string, message: string, more: object = {}): Refusal => ({
    status,
    error: { code, message, errorId, ...more },
    isOurs: true,
  });
  if (isFullDisk(error)) {
    return ours(507, "STORE_FULL", "The server is out of space. Nothing was stored: send it again later.", {
      retryAfterMs: FULL_MS,
    });
  }
  if (error instanceof StoreUnavailableError) {
    const message = "The object store is unavailable or busy; try again in a few seconds.";
    return ours(503, "SERVICE_UNAVAILABLE", message, { retryAfterMs: SOON_MS });
  }
  if (isOutage(error)) {
    const message = "The database is unavailable or busy; try again in a few seconds.";
    return ours(503, "SERVICE_UNAVAILABLE", message, { retryAfterMs: SOON_MS });
  }
  const message = `Internal error. The server's log has the details under the id ${errorId}.`;
  return ours(500, "INTERNAL_SERVER_ERROR", message);
}

export function refuse(res: ServerResponse, { status, error }: Refusal): void {
  if (res.headersSent || res.destroyed) return;
  if (status === 401) res.setHeader("WWW-Authenticate", "Bearer");
  if (error.retryAfterMs !== undefined)
    res.setHeader("Retry-After", String(Math.ceil(error.retryAfterMs / 1_000)));
  sendJson(res, status, { success: false, error });
}
