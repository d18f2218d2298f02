/** The result of one request to an endpoint. */
export interface Answer {
  /** Null: there was no answer. */
  status: number | null;
  headers: Record<string, string> | null;
  /** The beginning of the body, as text. */
  body: string | null;
  isCut: boolean;
  durationMs: number;
  /** Null if it was accepted (2xx). */
  error: { code: WebhookErrorCode; message: string } | null;
  /** The pause requested by `Retry-After`, with 429 or 503. */
  pauseMs?: number;
}

/** Stable; clients switch on it. */
export type WebhookErrorCode =
  | "HTTP_STATUS"
  | "REDIRECT_REFUSED"
  | "ADDRESS_REFUSED"
  | "SECRET_UNREADABLE"
  | "TIMEOUT"
  | "UNREACHABLE";
