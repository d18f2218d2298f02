import { type Bucket, Storage, type StorageOptions } from "@google-cloud/storage";
import { orAborted } from "./deadline.ts";
import type { RetryPolicy } from "./plan-retry.ts";
import { Retries, retry } from "./retries.ts";
import { GcsTransport, sendingMs } from "./transport.ts";

type Request = Parameters<Storage["request"]>[0];
type Answered = Parameters<Storage["request"]>[1];

/** The client's own paging options, which the API does not know. */
const notSent = new Set(["autoPaginate", "autoPaginateVal", "objectMode", "maxApiCalls"]);

/** Google's client with our transport: each request is sent once, with a time limit. */
class TransportedStorage extends Storage {
  readonly transport: GcsTransport;

  constructor(options: StorageOptions, silenceMs: number) {
    super(options);
    this.transport = new GcsTransport(this, silenceMs);
  }

  override request(request: Request, answered: Answered): void {
    this.#send(request)
      .then((body) => answered(null, body))
      // Also covers a body that the client could not read: an exception here would be uncaught.
      .catch((error: unknown) => answered(error instanceof Error ? error : new Error(String(error))));
  }

  async #send({ method = "GET", uri, qs }: Request): Promise<unknown> {
    const url = new URL(`${this.baseUrl}/${uri.replace(/^\/+/, "")}`);
    const query = (qs ?? {}) as Record<string, string | number | boolean | undefined>;
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && !notSent.has(name)) url.searchParams.set(name, String(value));
    }
    const { json } = await this.transport.exchange({ method: method as "GET" | "DELETE", url: url.href });
    return json;
  }
}

/** One bucket of Cloud Storage and the requests to it. */
export class GcsClient implements AsyncDisposable {
  readonly bucket: Bucket;
  readonly transport: GcsTransport;
  /** The last known generations of keys that this process wrote. */
  readonly generations = new Generations();
  readonly #policy: RetryPolicy;
  readonly #storage: TransportedStorage;

  constructor(bucket: string, options: StorageOptions, policy: RetryPolicy) {
    // Retries are decided here, uniformly for all requests.
    this.#storage = new TransportedStorage(
      { ...options, retryOptions: { autoRetry: false } },
      policy.silenceMs,
    );
    this.transport = this.#storage.transport;
    this.bucket = this.#storage.bucket(bucket);
    this.#policy = policy;
  }

  /** The download address of an object. */
  mediaUrl(key: string, generation: string): URL {
    const url = new URL(`${this.#storage.baseUrl}/b/${this.bucket.name}/o/${encodeURIComponent(key)}`);
    url.search = new URLSearchParams({ alt: "media", generation }).toString();
    return url;
  }

  /** The upload address for a new object. */
  uploadUrl(key: string, uploadType: "multipart" | "resumable", ifGenerationMatch?: string): URL {
    const url = new URL(`${this.#storage.apiEndpoint}/upload/storage/v1/b/${this.bucket.name}/o`);
    url.search = new URLSearchParams({
      uploadType,
      name: key,
      ...(ifGenerationMatch !== undefined && { ifGenerationMatch }),
    }).toString();
    return url;
  }

  /** `sizeBytes`: the amount that each request sends. */
  retries(verb: string, key: string, signal?: AbortSignal, sizeBytes = 0): Retries {
    return new Retries(verb, key, { policy: this.#policyFor(sizeBytes), signal });
  }

  retry<T>(
    verb: string,
    key: string,
    signal: AbortSignal | undefined,
    run: () => Promise<T>,
    sizeBytes = 0,
  ): Promise<T> {
    const once = () => (signal === undefined ? run() : orAborted(run(), signal));
    return retry(verb, key, { policy: this.#policyFor(sizeBytes), signal }, once);
  }

  /** Adds time for two slow requests, in proportion to their size. */
  #policyFor(sizeBytes: number): RetryPolicy {
    return { ...this.#policy, totalMs: this.#policy.totalMs + 2 * sendingMs(sizeBytes) };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.transport[Symbol.asyncDispose]();
  }
}

const MOST = 10_000;

/** Remembers generations. They are guesses, because other processes write too. */
class Generations {
  readonly #of = new Map<string, string>();

  /** `"0"` ("does not exist") for an unknown key. */
  guess(key: string): string {
    return this.#of.get(key) ?? "0";
  }

  /** Null: the object no longer exists. */
  remember(key: string, generation: string | null): void {
    this.#of.delete(key);
    if (generation === null) return;
    this.#of.set(key, generation);
    const [oldest] = this.#of.keys();
    if (this.#of.size > MOST && oldest !== undefined) this.#of.delete(oldest);
  }
}
