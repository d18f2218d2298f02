/**
 * Codes for programs. Codes in capitals without `HTTP_` come from the API, or from this package:
 * `NETWORK_ERROR` no answer · `SIZE_MISMATCH` the upload was created for a file of another size ·
 * `FILE_UNREADABLE` the file was changed or removed · `RANGE_HIDDEN` the bucket's CORS settings do not expose
 * `Range`.
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

/** An upload ended without storing its file. */
export class UploadError extends Error {
  override readonly name = "UploadError";
  readonly code: UploadErrorCode;
  /** HTTP status of the answer; undefined without one. */
  readonly status: number | undefined;
  /**
   * True if a later try with the same URL may succeed. An error that reaches you with true ran out of tries.
   */
  readonly isRetriable: boolean;
  /** The pause that the server asked for, in milliseconds; undefined if it named none. */
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

/** Converts an unsuccessful answer. `body` may be the API's `{ "code", "message" }`. */
export function refusal(status: number, body: string, retryAfter: string | null): UploadError {
  const { code, message } = readRefusal(body);
  const seconds = Number(retryAfter ?? Number.NaN);
  return new UploadError(
    code ?? codes[status] ?? `HTTP_${status}`,
    message ?? `The upload was answered with HTTP ${status}${body === "" ? "" : `: ${body.slice(0, 200)}`}`,
    {
      status,
      isRetriable: isTemporary(status),
      ...(Number.isFinite(seconds) && { retryAfterMs: seconds * 1000 }),
    },
  );
}

/** Codes for HEAD, whose answers have no body. */
const codes: Readonly<Record<number, UploadErrorCode>> = {
  404: "UPLOAD_NOT_FOUND",
  409: "OFFSET_CONFLICT",
  410: "UPLOAD_EXPIRED",
  413: "UPLOAD_TOO_LARGE",
  423: "UPLOAD_LOCKED",
  507: "STORE_FULL",
};

/** 409 and 423 pass once the conflicting request ends. Of 5xx only 501 is permanent. */
const isTemporary = (status: number): boolean =>
  [408, 409, 423, 425, 429].includes(status) || (status >= 500 && status !== 501);

function readRefusal(body: string): { code?: string; message?: string } {
  try {
    const { code, message } = JSON.parse(body) as Record<string, unknown>;
    return { ...(typeof code === "string" && { code }), ...(typeof message === "string" && { message }) };
  } catch {
    return {};
  }
}
