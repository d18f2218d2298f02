import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import type { ReadableStream as WebStream } from "node:stream/web";
import {
  InvalidKeyError,
  ObjectNotFoundError,
  PreconditionFailedError,
  StoreFullError,
  StoreUnavailableError,
} from "./errors.ts";
import { assertKeyFolder, assertKeyPrefix, assertObjectKey, publicUrlOf } from "./object-key.ts";
import type { ObjectStore, PutBody, PutOptions, ReadOptions, StoredObject } from "./object-store.ts";
import { withoutFiles } from "./without-files.ts";

interface GatewayObjectStoreOptions {
  /** Of the API, e.g. `https://video.acme.test`. */
  apiUrl: string;
  /** Of every request: what proves who asks, and for which attempt. */
  headers: () => Readonly<Record<string, string>>;
}

const OBJECT_HEADER = "reelay-object";

/**
 * The store behind the API's HTTP gateway, for workers that reach the API only. The API decides which keys it
 * reaches; others throw `ObjectForbiddenError`.
 */
export function createGatewayObjectStore({ apiUrl, headers }: GatewayObjectStoreOptions): ObjectStore {
  const objectUrl = (key: string): URL => new URL(publicUrlOf("/worker/v1/objects/", key), apiUrl);

  async function send(key: string, url: URL, init: RequestInit & { duplex?: "half" }): Promise<Response> {
    init.signal?.throwIfAborted();
    const response = await fetch(url, {
      ...init,
      headers: { ...headers(), ...(init.headers as Record<string, string>) },
    });
    if (response.ok) return response;
    throw await toStoreError(key, response);
  }

  const post = (key: string, path: string, body: object): Promise<Response> =>
    send(key, new URL(`/worker/v1/${path}`, apiUrl), {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/json" },
    });

  async function put(key: string, body: PutBody, options: PutOptions = {}): Promise<StoredObject> {
    assertObjectKey(key);
    const { signal } = options;
    signal?.throwIfAborted();
    const stream = await toStream(body);
    const failed = Promise.withResolvers<never>();
    stream.once("error", failed.reject);
    const stop = new AbortController();
    const stored = send(key, objectUrl(key), {
      method: "PUT",
      body: Readable.toWeb(Readable.from(toBytes(stream))) as BodyInit,
      duplex: "half",
      headers: putHeaders(options),
      signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
    }).then(async (response) => parseObject(await response.text()));
    stored.catch(() => undefined);
    failed.promise.catch(() => undefined);
    try {
      // The caller's own error says more than that of the request which it broke off.
      return await Promise.race([stored, failed.promise]);
    } catch (error) {
      stop.abort();
      signal?.throwIfAborted();
      throw error;
    } finally {
      stream.destroy();
    }
  }

  async function* lines(prefix: string, isFolders: boolean, after: string | null): AsyncGenerator {
    const response = await post(prefix, "list", { prefix, isFolders, after });
    let isComplete = false;
    let rest = "";
    const decoder = new TextDecoder();
    for await (const piece of response.body ?? []) {
      const read = (rest + decoder.decode(piece, { stream: true })).split("\n");
      rest = read.pop() ?? "";
      for (const line of read) {
        if (line === "null") isComplete = true;
        else yield JSON.parse(line);
      }
    }
    if (!isComplete) throw unavailable(`The list below ${prefix} broke off.`, null);
  }

  return {
    put,
    async head(key) {
      assertObjectKey(key);
      try {
        return objectOf(await send(key, objectUrl(key), { method: "HEAD" }));
      } catch (error) {
        if (error instanceof ObjectNotFoundError) return null;
        throw error;
      }
    },
    async read(key, options = {}) {
      assertObjectKey(key);
      const { of, signal } = options;
      const init = { headers: readHeaders(options), ...(signal && { signal }) };
      const response = await send(key, objectUrl(key), init);
      const object = objectOf(response);
      if (of !== undefined && of.generation !== object.generation) {
        await response.body?.cancel();
        throw new PreconditionFailedError(key, of.generation);
      }
      const body =
        response.body === null ? Readable.from([]) : Readable.fromWeb(response.body as WebStream<Uint8Array>);
      return { object, body };
    },
    async *list(prefix) {
      assertKeyPrefix(prefix);
      for await (const line of lines(prefix, false, null)) yield reviveObject(line);
    },
    async *folders(prefix, { after } = {}) {
      assertKeyFolder(prefix);
      for await (const line of lines(prefix, true, after ?? null)) yield line as string;
    },
    async delete(key) {
      assertObjectKey(key);
      const response = await send(key, objectUrl(key), { method: "DELETE" });
      return ((await response.json()) as { existed: boolean }).existed;
    },
    async deletePrefix(prefix) {
      assertKeyFolder(prefix);
      const response = await post(prefix, "delete", { prefix });
      return ((await response.json()) as { count: number }).count;
    },
    ...withoutFiles(put, new URL("/media/", apiUrl).href),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** The credential does not reach the key, or its attempt has ended. Another try ends the same. */
export class ObjectForbiddenError extends Error {
  readonly code: string;
  readonly key: string;
  constructor(key: string, code: string, message: string) {
    super(message);
    this.key = key;
    this.code = code;
  }
}

async function toStream(body: PutBody): Promise<Readable> {
  if (body instanceof Readable) return body;
  if (typeof body === "string" || body instanceof Uint8Array) return Readable.from([Buffer.from(body)]);
  // A missing file is reported before the request.
  await stat(body.path);
  return createReadStream(body.path, { highWaterMark: 256 * 1024 });
}

/** `fetch` takes bytes only; a stream may also have texts. */
async function* toBytes(stream: Readable): AsyncGenerator<Uint8Array> {
  for await (const piece of stream as AsyncIterable<Uint8Array | string>)
    yield typeof piece === "string" ? Buffer.from(piece) : piece;
}

function putHeaders(options: PutOptions): Record<string, string> {
  const { contentType, contentDisposition, ifGenerationMatch, mayBeLost } = options;
  return {
    ...(contentType !== undefined && { "Content-Type": contentType }),
    ...(contentDisposition !== undefined && {
      "Reelay-Disposition": encodeURIComponent(contentDisposition),
    }),
    ...(ifGenerationMatch !== undefined && { "Reelay-If-Generation": encodeURIComponent(ifGenerationMatch) }),
    ...(mayBeLost === true && { "Reelay-May-Be-Lost": "1" }),
  };
}

function readHeaders({ start = 0, end, of }: ReadOptions): Record<string, string> {
  const isWhole = start === 0 && end === undefined;
  return {
    ...(!isWhole && { Range: `bytes=${start}-${end ?? ""}` }),
    ...(of !== undefined && { "Reelay-Generation": of.generation }),
  };
}

const reviveObject = (value: unknown): StoredObject => {
  const object = value as StoredObject & { updatedAt: string };
  return { ...object, updatedAt: new Date(object.updatedAt) };
};

const parseObject = (text: string): StoredObject => reviveObject(JSON.parse(text));

function objectOf({ headers }: Response): StoredObject {
  const encoded = headers.get(OBJECT_HEADER);
  if (encoded === null) throw unavailable("The API's answer has no metadata of the object.", null);
  return parseObject(Buffer.from(encoded, "base64url").toString());
}

const unavailable = (message: string, cause: unknown): StoreUnavailableError =>
  new StoreUnavailableError(message, { retryAfterMs: null, cause });

async function toStoreError(key: string, response: Response): Promise<Error> {
  const text = await response.text().catch(() => "");
  const { code, message } = readError(text);
  switch (response.status) {
    case 404:
      return new ObjectNotFoundError(key);
    case 412:
      return new PreconditionFailedError(key, "the expected one");
    case 507:
      return new StoreFullError(key);
    case 400:
      return new InvalidKeyError(key, "was refused by the API");
    case 401:
    case 403:
    case 409:
    case 413:
      return new ObjectForbiddenError(key, code, message);
    default:
      return unavailable(`The API answered ${response.status} for ${key}: ${message}`, null);
  }
}

function readError(text: string): { code: string; message: string } {
  try {
    return (JSON.parse(text) as { error: { code: string; message: string } }).error;
  } catch {
    return { code: "UNREADABLE", message: text.slice(0, 200) };
  }
}
