/**
 * Codes for programs: the API's own (docs/reference/protocol.md), `NETWORK_ERROR` if there was no answer,
 * `HTTP_502` and the like for an answer that is not the API's, and `TOO_SLOW` for a live stream whose reader
 * fell behind.
 */
export type ReelayErrorCode =
  | "BAD_USER_INPUT"
  | "CURSOR_EXPIRED"
  | "CURSOR_INVALID"
  | "CURSOR_UNKNOWN"
  | "EVENT_TYPE_INVALID"
  | "FORBIDDEN"
  | "GRAPHQL_PARSE_FAILED"
  | "GRAPHQL_VALIDATION_FAILED"
  | "INTERNAL_SERVER_ERROR"
  | "NETWORK_ERROR"
  | "OVERLOADED"
  | "PAGE_SIZE_INVALID"
  | "RATE_LIMITED"
  | "SERVICE_UNAVAILABLE"
  | "TOO_SLOW"
  | "UNAUTHENTICATED"
  | "VIDEO_NOT_FOUND"
  | `HTTP_${number}`
  | (string & {});

/**
 * A request without a result. Expected failures of mutations are not errors: they are members of their result
 * unions.
 */
export class ReelayError extends Error {
  override readonly name = "ReelayError";
  readonly code: ReelayErrorCode;
  /** HTTP status; undefined without an answer, and for errors received over a WebSocket. */
  readonly status: number | undefined;
  /** True if the same request may succeed later: network failure, restart, or overload. */
  readonly isRetriable: boolean;
  /** The pause that the API asked for, in milliseconds; undefined if it named none. */
  readonly retryAfterMs: number | undefined;
  /** Identifies the error in the API's log. Set with `INTERNAL_SERVER_ERROR`. */
  readonly errorId: string | undefined;

  constructor(
    code: ReelayErrorCode,
    message: string,
    { status, isRetriable = false, retryAfterMs, errorId, cause }: Partial<ReelayError> = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.status = status;
    this.isRetriable = isRetriable;
    this.retryAfterMs = retryAfterMs;
    this.errorId = errorId;
  }
}

/** An entry of GraphQL's `errors`. */
export interface ErrorEntry {
  message: string;
  extensions?: Record<string, unknown> | undefined;
}

const retriable = new Set(["SERVICE_UNAVAILABLE", "OVERLOADED", "RATE_LIMITED"]);

/** Converts the first entry of `errors`: one is enough for a request without a result. */
export function toReelayError({ message, extensions = {} }: ErrorEntry, status?: number): ReelayError {
  const { code, retryAfterMs, errorId } = extensions;
  const name = typeof code === "string" ? code : "INTERNAL_SERVER_ERROR";
  return new ReelayError(name, message, {
    status,
    isRetriable: retriable.has(name),
    ...(typeof retryAfterMs === "number" && { retryAfterMs }),
    ...(typeof errorId === "string" && { errorId }),
  });
}

export const isRetriable = (error: unknown): error is ReelayError =>
  error instanceof ReelayError && error.isRetriable;
