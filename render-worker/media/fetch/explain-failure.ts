import { RefusedTargetError } from "@reelay/egress";
import { inputError, RenderError, retriableError } from "../../errors.ts";
import type { FetchPolicy } from "./fetch-policy.ts";

export const refused = (why: string): RenderError =>
  inputError("SOURCE_URL_REFUSED", `The source's URL is not fetched: ${why}.`);

const tooLarge = (bytes: number, maxBytes: number): RenderError =>
  inputError(
    "SOURCE_TOO_LARGE",
    `The source's URL gives ${bytes} bytes or more; at most ${maxBytes} are taken. Use a smaller file, or raise MAX_SOURCE_BYTES.`,
  );

/** Final for this job, like a source that the API refuses after the fetch; a retry succeeds once there is room. */
const overQuota = (bytes: number, roomBytes: number): RenderError =>
  retriableError(
    "QUOTA",
    "QUOTA_EXCEEDED",
    `The source's URL gives ${bytes} bytes or more, and the workspace's quota STORED_BYTES has room for ${roomBytes}. Delete videos or have the quota raised, then retry the job.`,
  );

/** Limits on the size of one source. */
export interface SizeLimits {
  /** The worker's own. */
  maxBytes: number;
  /** What the workspace's quota has room for. Default: any number. */
  roomBytes?: number | undefined;
}

/** Throws a `RenderError` if so many bytes exceed a limit. */
export function assertFits(bytes: number, { maxBytes, roomBytes }: SizeLimits): void {
  if (bytes > maxBytes) throw tooLarge(bytes, maxBytes);
  if (roomBytes !== undefined && bytes > roomBytes) throw overQuota(bytes, roomBytes);
}

/** A slow origin is as slow the next time. */
export const tooSlow = (bytes: number, pace: { bytes: number; windowMs: number }): RenderError =>
  inputError(
    "SOURCE_URL_TOO_SLOW",
    `The source's URL gave ${bytes} bytes in ${pace.windowMs / 1000} s; at least ${pace.bytes} are expected. Offer the file at a faster address, or upload it.`,
  );

/** What was begun with one file cannot be ended with another. */
export const changed = (): RenderError =>
  retriableError(
    "INPUT",
    "SOURCE_URL_CHANGED",
    "The file at the source's URL was changed while it was fetched; it is fetched again from the beginning.",
  );

/** 4xx is the address's fault and stays so; 408, 429 and 5xx may pass. */
export function httpError(status: number): RenderError {
  if (status === 404 || status === 410) {
    return inputError(
      "SOURCE_URL_NOT_FOUND",
      `The source's URL answers ${status}: there is nothing at it. Check the address.`,
    );
  }
  const message = `The source's URL answers ${status}; 200 with the file was expected.`;
  const isPassing = status >= 500 || status === 429 || status === 408;
  return isPassing
    ? retriableError("INPUT", "SOURCE_URL_HTTP_ERROR", `${message} It is tried again.`)
    : inputError(
        "SOURCE_URL_HTTP_ERROR",
        `${message} Make it readable without signing in, e.g. by a signed URL.`,
      );
}

/** What went wrong underneath, as the failure of this URL. */
export function explainFetchFailure(
  error: unknown,
  url: string,
  { isTimeout, policy }: { isTimeout: boolean; policy: FetchPolicy },
): unknown {
  const cause = rootCause(error);
  if (cause instanceof RenderError) return cause;
  if (cause instanceof RefusedTargetError) {
    return refused(`${cause.message}. ${cause.remedy}, or have the host allowed by FETCH_ALLOW_PRIVATE`);
  }
  const code = codeOf(cause) ?? codeOf(error) ?? "";
  const host = URL.parse(url)?.host ?? "its host";
  if (code === "ENOSPC") {
    return retriableError(
      "WORKER",
      "WORK_DIRECTORY_FULL",
      "The worker's temporary disk (WORK_DIR) is full; free some space on it.",
    );
  }
  if (isTimeout || /TIMEOUT|ETIMEDOUT/.test(code)) {
    return retriableError(
      "INPUT",
      "SOURCE_URL_TIMEOUT",
      `The source's URL (${host}) was too slow: the whole file must arrive within ${policy.timeoutMs / 1000} s, with no long silence.`,
      undefined,
      error,
    );
  }
  if (code === "ENOTFOUND" || code === "EAI_NODATA") {
    return retriableError(
      "INPUT",
      "SOURCE_URL_UNREACHABLE",
      `The source's host ${host} has no address; check its name.`,
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

/** Errors come wrapped: by undici, by the stream, and several at once when every address of a host failed. */
function rootCause(error: unknown): unknown {
  if (error instanceof RenderError || error instanceof RefusedTargetError) return error;
  if (error instanceof AggregateError && error.errors.length > 0) return rootCause(error.errors[0]);
  if (error instanceof Error && error.cause !== undefined) return rootCause(error.cause);
  return error;
}

export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
