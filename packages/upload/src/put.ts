/** One PUT with progress where the platform supports it: XMLHttpRequest in browsers, fetch elsewhere. */
import { UploadError } from "./errors.ts";

export interface PutAnswer {
  status: number;
  body: string;
  /** Header `Range`; null if it was not sent or this page may not read it. */
  range: string | null;
  retryAfter: string | null;
}

export interface PutOptions {
  signal: AbortSignal;
  onSent?: (bytes: number) => void;
}

/** @throws UploadError `NETWORK_ERROR` if no answer came, the signal's reason when it aborted. */
export async function put(
  url: string,
  body: Blob | null,
  headers: Record<string, string>,
  options: PutOptions,
): Promise<PutAnswer> {
  options.signal.throwIfAborted();
  return typeof XMLHttpRequest === "function"
    ? await putByXhr(url, body, headers, options)
    : await putByFetch(url, body, headers, options);
}

function putByXhr(
  url: string,
  body: Blob | null,
  headers: Record<string, string>,
  { signal, onSent }: PutOptions,
): Promise<PutAnswer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    const stop = () => request.abort();
    signal.addEventListener("abort", stop, { once: true });
    if (onSent) request.upload.addEventListener("progress", ({ loaded }) => onSent(loaded));
    request.addEventListener("load", () =>
      resolve({
        status: request.status,
        body: request.responseText,
        range: request.getResponseHeader("Range"),
        retryAfter: request.getResponseHeader("Retry-After"),
      }),
    );
    request.addEventListener("error", () => reject(unreachable()));
    request.addEventListener("abort", () => reject(signal.reason));
    request.addEventListener("loadend", () => signal.removeEventListener("abort", stop));
    request.send(body);
  });
}

async function putByFetch(
  url: string,
  body: Blob | null,
  headers: Record<string, string>,
  { signal, onSent }: PutOptions,
): Promise<PutAnswer> {
  try {
    // 308 without a Location is not a redirect: fetch returns it unchanged.
    const response = await fetch(url, { method: "PUT", body, headers, signal });
    const text = await response.text();
    if (body !== null && response.ok) onSent?.(body.size);
    return {
      status: response.status,
      body: text,
      range: response.headers.get("range"),
      retryAfter: response.headers.get("retry-after"),
    };
  } catch (error) {
    signal.throwIfAborted();
    throw unreachable(error);
  }
}

const unreachable = (cause?: unknown) =>
  new UploadError("NETWORK_ERROR", "The upload server cannot be reached.", { isRetriable: true, cause });
