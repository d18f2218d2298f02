import type { Readable } from "node:stream";
import { checkedLookup, checkTarget } from "@reelay/egress";
import { Agent, type Dispatcher, request } from "undici";
import { changed, httpError, noRanges, refused } from "./explain-failure.ts";
import type { FetchPolicy } from "./fetch-policy.ts";

/** The file at a URL, as the first response describes it. */
export interface OriginFile {
  /** Null if the origin does not state it. */
  sizeBytes: number | null;
  contentType: string | null;
  /**
   * Identifies this version of the file in later requests (`If-Range`). Null if the origin has no validator
   * or no range support.
   */
  validator: string | null;
}

/** A file of which any range can be requested. */
export interface RangedFile extends OriginFile {
  sizeBytes: number;
  validator: string;
}

/** Origin of a source: one request for the whole file, then requests for ranges of the same version. */
export class Origin implements AsyncDisposable {
  readonly #url: string;
  readonly #policy: FetchPolicy;
  readonly #dispatcher: Agent;

  constructor(url: string, policy: FetchPolicy) {
    const idleTimeoutMs = policy.idleTimeoutMs ?? 30_000;
    this.#url = url;
    this.#policy = policy;
    this.#dispatcher = new Agent({
      connect: { lookup: checkedLookup(policy.allowPrivate), timeout: Math.min(10_000, idleTimeoutMs) },
      headersTimeout: idleTimeoutMs,
      bodyTimeout: idleTimeoutMs,
    });
  }

  async openWhole(signal: AbortSignal): Promise<{ file: OriginFile; body: Readable }> {
    const { statusCode, headers, body } = await this.#ask({}, signal);
    if (statusCode !== 200) throw discard(body, httpError(statusCode));
    const declared = headers["content-length"];
    const type = headers["content-type"];
    return {
      file: {
        sizeBytes: typeof declared === "string" ? Number(declared) : null,
        contentType: typeof type === "string" ? type : null,
        validator: validatorOf(headers),
      },
      body,
    };
  }

  /**
   * Describes the file without reading it: requests its first byte. Throws `SOURCE_URL_NO_RANGES` if the
   * origin does not answer with a range, or with one of a file whose length or version it does not state.
   */
  async openRanges(signal: AbortSignal): Promise<RangedFile> {
    const { statusCode, headers, body } = await this.#ask({ range: "bytes=0-0" }, signal);
    const total = /^bytes 0-0\/(\d+)$/.exec(String(headers["content-range"]))?.[1];
    // The only answer to a range of an empty file.
    const isEmpty = statusCode === 416 && String(headers["content-range"]) === "bytes */0";
    if (statusCode !== 206 && statusCode !== 200 && !isEmpty) throw discard(body, httpError(statusCode));
    body.on("error", () => undefined).destroy();
    const { "content-type": type, "last-modified": lastModified } = headers;
    const contentType = typeof type === "string" ? type : null;
    const validator =
      validatorOf({ ...headers, "accept-ranges": "bytes" }) ??
      (typeof lastModified === "string" ? lastModified : null);
    if (isEmpty) return { sizeBytes: 0, contentType, validator: "" };
    if (statusCode !== 206 || total === undefined) throw noRanges("does not answer range requests");
    if (validator === null) throw noRanges("states neither a strong ETag nor Last-Modified");
    return { sizeBytes: Number(total), contentType, validator };
  }

  /**
   * Reads from `start` to `end` (exclusive). Throws `SOURCE_URL_CHANGED` if the file at the origin has
   * changed.
   */
  async openRange(
    file: OriginFile & { validator: string },
    { start, end }: { start: number; end?: number },
    signal: AbortSignal,
  ): Promise<Readable> {
    const range = `bytes=${start}-${end === undefined ? "" : end - 1}`;
    const { statusCode, headers, body } = await this.#ask({ range, "if-range": file.validator }, signal);
    if (statusCode !== 206 && statusCode !== 200) throw discard(body, httpError(statusCode));
    const said = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(String(headers["content-range"]));
    const isSame =
      statusCode === 206 &&
      Number(said?.[1]) === start &&
      (said?.[2] === "*" || file.sizeBytes === null || Number(said?.[2]) === file.sizeBytes);
    if (!isSame) throw discard(body, changed());
    return body;
  }

  async #ask(headers: Record<string, string>, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    return follow(this.#url, this.#policy, {
      dispatcher: this.#dispatcher,
      signal,
      headers: { "user-agent": "reelay", accept: "*/*", "accept-encoding": "identity", ...headers },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dispatcher.destroy();
  }
}

/** A strong entity tag, or the time of the last modification. */
function validatorOf(headers: Dispatcher.ResponseData["headers"]): string | null {
  if (headers["accept-ranges"] !== "bytes") return null;
  const { etag, "last-modified": lastModified } = headers;
  if (typeof etag === "string") return etag.startsWith('"') ? etag : null;
  return typeof lastModified === "string" ? lastModified : null;
}

function discard(body: Readable, error: Error): Error {
  body.on("error", () => undefined).destroy();
  return error;
}

const MAX_REDIRECTS = 5;

/**
 * Requests a URL over http or https. Redirects are followed manually, since each target is a new, untrusted
 * address: every host must resolve to public addresses, and the connection uses exactly the checked address
 * (the dispatcher's lookup).
 */
async function follow(
  from: string,
  policy: FetchPolicy,
  options: { dispatcher: Dispatcher; signal: AbortSignal; headers: Record<string, string> },
): Promise<Dispatcher.ResponseData> {
  let url = parseUrl(from);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    // Ports and literal addresses bypass the connection's lookup, so they are checked here.
    await checkTarget(url, policy.allowPrivate);
    const response = await request(url, options);
    const { location } = response.headers;
    if (![301, 302, 303, 307, 308].includes(response.statusCode) || typeof location !== "string")
      return response;
    await response.body.dump();
    url = parseUrl(location, url);
  }
  throw refused(`it redirects more than ${MAX_REDIRECTS} times; use the final address`);
}

function parseUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base);
  if (!url)
    throw refused(
      `${base ? "it redirects to what" : "it"} is not a valid URL; use one that starts with https://`,
    );
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw refused(`its scheme is "${url.protocol}"; only http and https are fetched`);
  }
  if (url.username || url.password) {
    throw refused("it contains a user name or password; use one without them, e.g. a signed URL");
  }
  return url;
}
