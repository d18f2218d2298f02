/**
 * What a program can go by. Those in capitals without `HTTP_` are the API's own, or of this package:
 * `NETWORK_ERROR` no answer · `SIZE_MISMATCH` the address is for a file of another size · `FILE_UNREADABLE` the file was changed or
 * taken away · `RANGE_HIDDEN` the bucket's CORS settings do not expose `Range`.
 */
export type UploadErrorCode =
  | "FILE_UNREADABLE"
  | "INVALID_UPLOAD_REQUEST"
  | "NETWORK_ERROR"
  | "OFFSET_CONFLICT"
  | "OVERLOADED"
  | "RANGE_HIDDEN"
  | "SHUTTING_DOWN"
  | "SIZE_MISMATCH"
  | "STORE_FULL"
  | "UPLOAD_EXPIRED"
  | "UPLOAD_LOCKED"
  | "UPLOAD_NOT_FOUND"
  | "UPLOAD_TERMINATED"
  | "UPLOAD_TOO_LARGE"
  | `HTTP_${number}`
  | (string & {});

/** An upload that came to its end without its file being there. */
export class UploadError extends Error {
  override readonly name = "UploadError";
  readonly code: UploadErrorCode;
  /** HTTP status of the answer; undefined when there was none. */
  readonly status: number | undefined;
  /** Whether a later try with the same address may succeed. An error that reaches you with true ran out of tries. */
  readonly isRetriable: boolean;
  /** Milliseconds that the server asked to wait; undefined when it did not. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: UploadErrorCode,
    message: string,
    { status, isRetriable = false, retryAfterMs, cause }: Partial<UploadError> = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.status = status;
    this.isRetriable = isRetriable;
    this.retryAfterMs = retryAfterMs;
  }
}

/** An answer that is no success. `body` may be the API's `{ "code", "message" }`. */
export function refusal(status: number, body: string, retryAfter: string | null): UploadError {
  const { code, message } = readRefusal(body);
  const seconds = Number(retryAfter ?? Number.NaN);
  return new UploadError(
    code ?? codeOf[status] ?? `HTTP_${status}`,
    message ?? `The upload was answered with HTTP ${status}${body === "" ? "" : `: ${body.slice(0, 200)}`}`,
    {
      status,
      isRetriable: isPassing(status),
      ...(Number.isFinite(seconds) && { retryAfterMs: seconds * 1000 }),
    },
  );
}

/** HEAD has no body to name the code. */
const codeOf: Readonly<Record<number, UploadErrorCode>> = {
  404: "UPLOAD_NOT_FOUND",
  409: "OFFSET_CONFLICT",
  410: "UPLOAD_EXPIRED",
  413: "UPLOAD_TOO_LARGE",
  423: "UPLOAD_LOCKED",
  507: "STORE_FULL",
};

/** 409 and 423 pass with the request that stands in the way; of 5xx only 501 stays as it is. */
const isPassing = (status: number): boolean =>
  [408, 409, 423, 425, 429].includes(status) || (status >= 500 && status !== 501);

function readRefusal(body: string): { code?: string; message?: string } {
  try {
    const { code, message } = JSON.parse(body) as Record<string, unknown>;
    return { ...(typeof code === "string" && { code }), ...(typeof message === "string" && { message }) };
  } catch {
    return {};
  }
}
