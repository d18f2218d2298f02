import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { Agent, type Dispatcher, request } from "undici";
import { checkedLookup, resolveChecked } from "./checked-lookup.ts";
import { explainFetchFailure, httpError, refused, tooLarge } from "./explain-failure.ts";

export interface FetchPolicy {
  /** Milliseconds for the whole transfer. */
  timeoutMs: number;
  /** Milliseconds without a byte. Default 30 s. */
  idleTimeoutMs?: number;
  /** Hosts, addresses and CIDR ranges that are allowed although they are not public. */
  allowPrivate: readonly string[];
}

export interface FetchOptions {
  /** The file to write. */
  path: string;
  maxBytes: number;
  policy: FetchPolicy;
  signal: AbortSignal;
}

const maxRedirects = 5;

/**
 * Fetches a URL into a file. http and https only; every host on the way, redirects included, must resolve to public addresses
 * and is connected to at exactly the address that was checked. Throws a `RenderError` whose code begins with `SOURCE_`.
 */
export async function fetchSource(
  url: string,
  options: FetchOptions,
): Promise<{ contentType: string | null }> {
  const { policy } = options;
  const idleTimeoutMs = policy.idleTimeoutMs ?? 30_000;
  const timeout = AbortSignal.timeout(policy.timeoutMs);
  const signal = AbortSignal.any([options.signal, timeout]);
  const agent = new Agent({
    connect: { lookup: checkedLookup(policy.allowPrivate), timeout: Math.min(10_000, idleTimeoutMs) },
    headersTimeout: idleTimeoutMs,
    bodyTimeout: idleTimeoutMs,
  });
  try {
    const response = await follow(url, policy, agent, signal);
    return await save(response, { ...options, signal });
  } catch (error) {
    options.signal.throwIfAborted();
    throw explainFetchFailure(error, url, { isTimeout: timeout.aborted, policy });
  } finally {
    await agent.destroy();
  }
}

/** Redirects are followed by hand, because each target is a new address that somebody else chose. */
async function follow(
  from: string,
  policy: FetchPolicy,
  dispatcher: Agent,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  let url = parseUrl(from);
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    // Literal addresses never reach the connection's lookup: checked here.
    await resolveChecked(hostOf(url), policy.allowPrivate);
    const response = await request(url, {
      dispatcher,
      signal,
      headers: { "user-agent": "reelay", accept: "*/*", "accept-encoding": "identity" },
    });
    const { location } = response.headers;
    if (![301, 302, 303, 307, 308].includes(response.statusCode) || typeof location !== "string")
      return response;
    await response.body.dump();
    url = parseUrl(location, url);
  }
  throw refused(`it redirects more than ${maxRedirects} times; give the address that it ends at`);
}

function parseUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base);
  if (!url)
    throw refused(
      `${base ? "it redirects to what" : "it"} is not a valid URL; give one that begins with https://`,
    );
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw refused(`its scheme is "${url.protocol}"; only http and https are fetched`);
  }
  if (url.username || url.password) {
    throw refused("it contains a user name or password; give one that needs none, e.g. a signed URL");
  }
  return url;
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, "$1");

async function save(
  response: Dispatcher.ResponseData,
  { path, maxBytes, signal }: FetchOptions,
): Promise<{ contentType: string | null }> {
  const { statusCode, headers, body } = response;
  if (statusCode !== 200) {
    body.on("error", () => undefined).destroy();
    throw httpError(statusCode);
  }
  const declared = Number(headers["content-length"]);
  if (declared > maxBytes) {
    body.on("error", () => undefined).destroy();
    throw tooLarge(declared, maxBytes);
  }
  let received = 0;
  async function* counted(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      received += chunk.length;
      if (received > maxBytes) throw tooLarge(received, maxBytes);
      yield chunk;
    }
  }
  await pipeline(body, counted, createWriteStream(path), { signal });
  const type = headers["content-type"];
  return { contentType: typeof type === "string" ? type : null };
}
