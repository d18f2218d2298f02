import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { Storage } from "@google-cloud/storage";
import { EnvHttpProxyAgent } from "undici";
import { Deadline, orAborted } from "./deadline.ts";
import { GcsRequestError } from "./request-error.ts";

interface GcsRequest {
  method: "GET" | "POST" | "PUT" | "DELETE" | "PATCH";
  url: string;
  headers?: Readonly<Record<string, string>>;
  /** Sent in this order and not modified, so that the request can be repeated. */
  body?: readonly Uint8Array[];
  signal?: AbortSignal | undefined;
}

/** A request with a signal that ends it even if the server never answers. */
type Bounded = GcsRequest & { signal: AbortSignal };

export interface GcsResponse {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

const CONNECT_MS = 10_000;
/** The slowest accepted pace for sending a request body. */
const LEAST_BYTES_PER_MS = 64;
/** Answers kept in memory: one page of a listing is about 1 MiB. */
const LARGEST_JSON_BYTES = 64 * 1024 * 1024;
const PIECE_BYTES = 256 * 1024;

/**
 * Single requests to Cloud Storage over undici, with the credentials of Google's client.
 *
 * The client's own transport (teeny-request) is unsuitable: repeating a request whose stream was destroyed
 * throws `ERR_STREAM_UNABLE_TO_PIPE` from an event handler, which ends the process; on Node's fetch it has no
 * timeout and cannot be aborted.
 *
 * Every failure rejects with a `GcsRequestError`, the signal's reason, or the error of the credentials.
 */
export class GcsTransport implements AsyncDisposable {
  readonly #storage: Storage;
  readonly #silenceMs: number;
  readonly #agent: EnvHttpProxyAgent;

  constructor(storage: Storage, silenceMs: number) {
    this.#storage = storage;
    this.#silenceMs = silenceMs;
    this.#agent = new EnvHttpProxyAgent({
      // Like Google's client: one request per connection at a time, so that a reset breaks only one request.
      allowH2: false,
      connect: { timeout: Math.min(CONNECT_MS, silenceMs) },
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
    });
  }

  /** Ends an exchange that neither succeeds nor fails. */
  deadline(request: GcsRequest): Deadline {
    const limitMs = this.#silenceMs + sendingMs(sizeOf(request.body));
    return new Deadline(limitMs, () => tooSlow(request, limitMs), request.signal);
  }

  /** The whole exchange. 2xx and 308 (upload incomplete) are answers; every other status is an error. */
  async exchange(request: GcsRequest): Promise<GcsResponse & { json: unknown }> {
    using deadline = this.deadline(request);
    const bounded = { ...request, signal: deadline.signal };
    const { status, headers, body } = await this.open(bounded);
    const text = await readText(body, bounded);
    return { status, headers, json: text === "" ? null : parseJson(text, request) };
  }

  /**
   * The head of an answer, and its body as a stream that the caller reads or destroys. The signal covers
   * both; the body's errors are undici's own.
   */
  async open(request: Bounded): Promise<GcsResponse & { body: Readable }> {
    const { method, url, body, signal } = request;
    const credentials = await this.#authorize(request);
    const { origin, pathname, search } = new URL(url);
    const answer = await this.#agent
      .request({
        origin,
        path: pathname + search,
        method,
        headers: { ...credentials, ...request.headers, "content-length": String(sizeOf(body)) },
        body: body === undefined || body.length === 0 ? null : toStream(body),
        signal,
      })
      .catch((error: unknown) => {
        signal.throwIfAborted();
        throw toRequestError(error, request);
      });
    // A failure between two reads reaches the next read, not the process.
    answer.body.on("error", () => {});
    const { statusCode: status, headers } = answer;
    if (status < 300 || status === 308) return { status, headers, body: answer.body };
    const text = await readText(answer.body, request).catch(() => {
      signal.throwIfAborted();
      return "";
    });
    throw new GcsRequestError(`${describe(request)} was answered with ${status}${reasonIn(text)}`, {
      status,
      retryAfterMs: parseRetryAfter(headers["retry-after"], Date.now()),
    });
  }

  async #authorize(request: Bounded): Promise<Record<string, string>> {
    if (this.#storage.customEndpoint && this.#storage.useAuthWithCustomEndpoint !== true) return {};
    try {
      const pending = this.#storage.authClient.getRequestHeaders(request.url);
      const headers = await orAborted(pending, request.signal);
      return Object.fromEntries(headers);
    } catch (error) {
      request.signal.throwIfAborted();
      throw isNetworkError(error) ? toRequestError(error, request) : error;
    }
  }

  /** Aborts the requests in progress. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }
}

/** The longest accepted time for sending so many bytes. */
export const sendingMs = (sizeBytes: number): number => sizeBytes / LEAST_BYTES_PER_MS;

async function readText(body: Readable, request: Bounded): Promise<string> {
  try {
    return (await orAborted(buffer(limited(body)), request.signal)).toString("utf8");
  } catch (error) {
    body.destroy();
    request.signal.throwIfAborted();
    throw toRequestError(error, request);
  }
}

async function* limited(body: Readable): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  for await (const piece of body as AsyncIterable<Uint8Array>) {
    sizeBytes += piece.length;
    if (sizeBytes > LARGEST_JSON_BYTES)
      throw new Error(`the answer is larger than ${LARGEST_JSON_BYTES} bytes`);
    yield piece;
  }
}

const sizeOf = (body: readonly Uint8Array[] = []): number =>
  body.reduce((sum, { length }) => sum + length, 0);

/** Small pieces, so that a slow receiver counts as alive while it reads them. */
function toStream(body: readonly Uint8Array[]): Readable {
  const pieces = function* () {
    for (const part of body) {
      for (let at = 0; at < part.length; at += PIECE_BYTES) yield part.subarray(at, at + PIECE_BYTES);
    }
  };
  const stream = Readable.from(pieces(), { objectMode: false, highWaterMark: PIECE_BYTES });
  // undici destroys the stream with the error of the exchange, which the exchange itself reports.
  return stream.on("error", () => {});
}

function parseJson(text: string, request: GcsRequest): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GcsRequestError(
      `${describe(request)} was answered with ${text.length} bytes that are not JSON`,
      { cause },
    );
  }
}

/** Seconds or a date (RFC 9110, 10.2.3). */
export function parseRetryAfter(value: string | string[] | undefined, nowMs: number): number | null {
  if (typeof value !== "string") return null;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1_000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}

/** Omits what follows the path: session URIs carry their own authorization. */
const describe = ({ method, url }: GcsRequest): string => {
  const { origin, pathname } = new URL(url);
  return `${method} ${origin}${pathname}`;
};

function reasonIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: unknown } };
    if (typeof error?.message === "string") return `: ${error.message.slice(0, 300)}`;
  } catch {
    // Proxies answer in HTML.
  }
  return "";
}

const tooSlow = (request: GcsRequest, limitMs: number): GcsRequestError =>
  new GcsRequestError(`${describe(request)} was not answered within ${Math.round(limitMs / 1_000)} s`, {});

function toRequestError(error: unknown, request: GcsRequest): GcsRequestError {
  if (error instanceof GcsRequestError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  const code = "code" in cause && typeof cause.code === "string" ? ` (${cause.code})` : "";
  const status = "status" in cause && typeof cause.status === "number" ? cause.status : 0;
  return new GcsRequestError(`${describe(request)} failed: ${cause.message || cause.name}${code}`, {
    status,
    cause,
  });
}

/**
 * For requests of the credentials: an error without a code or status means wrong configuration, which a retry
 * cannot cure.
 */
const isNetworkError = (error: unknown): boolean =>
  error instanceof GcsRequestError ||
  (error instanceof Error &&
    (("status" in error && typeof error.status === "number") ||
      ("code" in error &&
        typeof error.code === "string" &&
        /^(E[A-Z]+|UND_ERR_\w+|ERR_STREAM_PREMATURE_CLOSE)$/.test(error.code))));
