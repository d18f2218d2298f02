/** A request to Cloud Storage failed. */
export class GcsRequestError extends Error {
  /** The HTTP status; 0 if no complete answer arrived. */
  readonly status: number;
  /** The answer's `Retry-After` header, in milliseconds. */
  readonly retryAfterMs: number | null;

  constructor(
    message: string,
    {
      status = 0,
      retryAfterMs = null,
      cause,
    }: { status?: number; retryAfterMs?: number | null; cause?: unknown },
  ) {
    super(message, cause === undefined ? {} : { cause });
    this.name = "GcsRequestError";
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }

  /** https://cloud.google.com/storage/docs/retry-strategy#retryable */
  get isRetriable(): boolean {
    return retriable.has(this.status);
  }
}

const retriable: ReadonlySet<number> = new Set([0, 408, 429, 500, 502, 503, 504]);

export const NOT_FOUND = 404;
export const PRECONDITION_FAILED = 412;
export const INSUFFICIENT_STORAGE = 507;

/** The HTTP status of a failed request; 0 for other errors. */
export const statusOf = (error: unknown): number => (error instanceof GcsRequestError ? error.status : 0);
