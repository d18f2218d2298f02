/**
 * What a program can go by: the API's own codes (docs/reference/protocol.md), and `NETWORK_ERROR` for no answer, `HTTP_502` and the like for one that is
 * not the API's, `TOO_SLOW` for a live stream whose reader fell behind.
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

/** A request that has no result. Expected failures of mutations are no errors: they are members of their results. */
export class ReelayError extends Error {
  override readonly name = "ReelayError";
  readonly code: ReelayErrorCode;
  /** HTTP status; undefined for what came over a WebSocket, and without an answer. */
  readonly status: number | undefined;
  /** Whether the same request may succeed later: the network, a restart, too much to do. */
  readonly isPassing: boolean;
  /** Milliseconds that the API asked to wait; undefined when it did not. */
  readonly retryAfterMs: number | undefined;
  /** Finds the error in the API's log; with `INTERNAL_SERVER_ERROR`. */
  readonly errorId: string | undefined;

  constructor(
    code: ReelayErrorCode,
    message: string,
    { status, isPassing = false, retryAfterMs, errorId, cause }: Partial<ReelayError> = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.status = status;
    this.isPassing = isPassing;
    this.retryAfterMs = retryAfterMs;
    this.errorId = errorId;
  }
}

/** An entry of `errors` as GraphQL has it. */
export interface ErrorEntry {
  message: string;
  extensions?: Record<string, unknown> | undefined;
}

const PASSING = new Set(["SERVICE_UNAVAILABLE", "OVERLOADED", "RATE_LIMITED"]);

/** The first of `errors`: one is enough to have no result. */
export function toReelayError({ message, extensions = {} }: ErrorEntry, status?: number): ReelayError {
  const { code, retryAfterMs, errorId } = extensions;
  const name = typeof code === "string" ? code : "INTERNAL_SERVER_ERROR";
  return new ReelayError(name, message, {
    status,
    isPassing: PASSING.has(name),
    ...(typeof retryAfterMs === "number" && { retryAfterMs }),
    ...(typeof errorId === "string" && { errorId }),
  });
}

export const isPassing = (error: unknown): error is ReelayError =>
  error instanceof ReelayError && error.isPassing;
