import { RefusedTargetError } from "@reelay/egress";
import { inputError, RenderError, retriableError } from "../../errors.ts";
import type { FetchPolicy } from "./fetch-policy.ts";

export const refused = (why: string): RenderError =>
  inputError("SOURCE_URL_REFUSED", `The source's URL cannot be fetched: ${why}.`);

export const noRanges = (why: string): RenderError =>
  inputError(
    "SOURCE_URL_NO_RANGES",
    `The source's URL ${why}, so only the whole file could be read. Host it on a server that supports range requests, or upload it.`,
  );

const tooLarge = (bytes: number, maxBytes: number): RenderError =>
  inputError(
    "SOURCE_TOO_LARGE",
    `The source's URL returns ${bytes} bytes or more, and the limit is ${maxBytes}. Use a smaller file, or raise MAX_SOURCE_BYTES.`,
  );

/**
 * Final for this job, like a source that the API rejects after the download. A retry succeeds once there is
 * room.
 */
const overQuota = (bytes: number, roomBytes: number): RenderError =>
  retriableError(
    "QUOTA",
    "QUOTA_EXCEEDED",
    `The source's URL returns ${bytes} bytes or more, and the workspace's quota STORED_BYTES has ${roomBytes} left. Delete videos or ask for a higher quota, then retry the job.`,
  );

/** Limits on the size of one source. */
export interface SizeLimits {
  /** The worker's own limit. */
  maxBytes: number;
  /** Room in the workspace's quota. Default: unlimited. */
  roomBytes?: number | undefined;
}

/** Throws a `RenderError` if the size exceeds a limit. */
export function assertFits(bytes: number, { maxBytes, roomBytes }: SizeLimits): void {
  if (bytes > maxBytes) throw tooLarge(bytes, maxBytes);
  if (roomBytes !== undefined && bytes > roomBytes) throw overQuota(bytes, roomBytes);
}

/** Final: a slow origin would be slow again. */
export const tooSlow = (bytes: number, pace: { bytes: number; windowMs: number }): RenderError =>
  inputError(
    "SOURCE_URL_TOO_SLOW",
    `The source's URL sent ${bytes} bytes in ${pace.windowMs / 1000} s; the minimum is ${pace.bytes}. Host the file on a faster server, or upload it.`,
  );

/** A download cannot continue with a different file. */
export const changed = (): RenderError =>
  retriableError(
    "INPUT",
    "SOURCE_URL_CHANGED",
    "The source's URL has another file than at the beginning of the attempt. Another attempt reads the new one.",
  );

/** 4xx is final, except 408 and 429. Those and 5xx may pass. */
export function httpError(status: number): RenderError {
  if (status === 404 || status === 410) {
    return inputError(
      "SOURCE_URL_NOT_FOUND",
      `The source's URL returns ${status}: the file does not exist. Check the address.`,
    );
  }
  const message = `The source's URL returns ${status}; expected 200 with the file.`;
  const isPassing = status >= 500 || status === 429 || status === 408;
  return isPassing
    ? retriableError("INPUT", "SOURCE_URL_HTTP_ERROR", `${message} It will be tried again.`)
    : inputError(
        "SOURCE_URL_HTTP_ERROR",
        `${message} Make it readable without signing in, for example with a signed URL.`,
      );
}

/**
 * Converts an error of the transfer into the failure of this URL.
 *
 * @param options.policy null: it is read by ranges, without a limit for the whole file
 */
export function explainFetchFailure(
  error: unknown,
  url: string,
  { isTimeout, policy }: { isTimeout: boolean; policy: Pick<FetchPolicy, "timeoutMs"> | null },
): unknown {
  const cause = rootCause(error);
  if (cause instanceof RenderError) return cause;
  if (cause instanceof RefusedTargetError) {
    return refused(`${cause.message}. ${cause.remedy}, or allow the host with FETCH_ALLOW_PRIVATE`);
  }
  const code = codeOf(cause) ?? codeOf(error) ?? "";
  const host = URL.parse(url)?.host ?? "its host";
  if (code === "ENOSPC") {
    return retriableError(
      "WORKER",
      "WORK_DIRECTORY_FULL",
      "The worker's temporary disk (WORK_DIR) is full. Free some space.",
    );
  }
  if (isTimeout || /TIMEOUT|ETIMEDOUT/.test(code)) {
    return retriableError(
      "INPUT",
      "SOURCE_URL_TIMEOUT",
      `The source's URL (${host}) was too slow: ${policy ? `the whole file must arrive within ${policy.timeoutMs / 1000} s, without long pauses` : "it sent nothing for too long"}.`,
      undefined,
      error,
    );
  }
  if (code === "ENOTFOUND" || code === "EAI_NODATA") {
    return retriableError(
      "INPUT",
      "SOURCE_URL_UNREACHABLE",
      `The source's host ${host} has no address. Check its name.`,
      undefined,
      error,
    );
  }
  return retriableError(
    "INPUT",
    "SOURCE_URL_UNREACHABLE",
    `The source's URL (${host}) could not be read: ${cause instanceof Error ? cause.message.slice(0, 300) : String(cause)}.`,
    undefined,
    error,
  );
}

/** Errors are wrapped by undici and by the stream, and grouped if every address of a host failed. */
function rootCause(error: unknown): unknown {
  if (error instanceof RenderError || error instanceof RefusedTargetError) return error;
  if (error instanceof AggregateError && error.errors.length > 0) return rootCause(error.errors[0]);
  if (error instanceof Error && error.cause !== undefined) return rootCause(error.cause);
  return error;
}

export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
