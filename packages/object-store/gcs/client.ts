import { type Bucket, Storage, type StorageOptions } from "@google-cloud/storage";
import { orAborted } from "./deadline.ts";
import { Generations } from "./generations.ts";
import type { RetryPolicy } from "./plan-retry.ts";
import { Retries, retry } from "./retries.ts";
import { GcsTransport, sendingMs } from "./transport.ts";

type Request = Parameters<Storage["request"]>[0];
type Answered = Parameters<Storage["request"]>[1];

/** The client's own words for paging, which are not the API's. */
const NOT_SENT = new Set(["autoPaginate", "autoPaginateVal", "objectMode", "maxApiCalls"]);

/** Google's client, except that our transport sends its requests: once, within a time limit. */
class TransportedStorage extends Storage {
  readonly transport: GcsTransport;

  constructor(options: StorageOptions, silenceMs: number) {
    super(options);
    this.transport = new GcsTransport(this, silenceMs);
  }

  override request(request: Request, answered: Answered): void {
    this.#send(request)
      .then((body) => answered(null, body))
      // Also for a body that the client could not read: nothing may be thrown where nothing can catch it.
      .catch((error: unknown) => answered(error instanceof Error ? error : new Error(String(error))));
  }

  async #send({ method = "GET", uri, qs }: Request): Promise<unknown> {
    const url = new URL(`${this.baseUrl}/${uri.replace(/^\/+/, "")}`);
    const query = (qs ?? {}) as Record<string, string | number | boolean | undefined>;
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && !NOT_SENT.has(name)) url.searchParams.set(name, String(value));
    }
    const { json } = await this.transport.exchange({ method: method as "GET" | "DELETE", url: url.href });
    return json;
  }
}

/** One bucket of Cloud Storage, and how requests to it are made. */
export class GcsClient implements AsyncDisposable {
  readonly bucket: Bucket;
  readonly transport: GcsTransport;
  /** The last known generation of keys that this process wrote. */
  readonly generations = new Generations();
  readonly #policy: RetryPolicy;
  readonly #storage: TransportedStorage;

  constructor(bucket: string, options: StorageOptions, policy: RetryPolicy) {
    // Retries are decided here, for all requests alike.
    this.#storage = new TransportedStorage(
      { ...options, retryOptions: { autoRetry: false } },
      policy.silenceMs,
    );
    this.transport = this.#storage.transport;
    this.bucket = this.#storage.bucket(bucket);
    this.#policy = policy;
  }

  /** The address of an object's bytes. */
  mediaUrl(key: string, generation: string): URL {
    const url = new URL(`${this.#storage.baseUrl}/b/${this.bucket.name}/o/${encodeURIComponent(key)}`);
    url.search = new URLSearchParams({ alt: "media", generation }).toString();
    return url;
  }

  /** The address to which a new object is sent. */
  uploadUrl(key: string, uploadType: "multipart" | "resumable", ifGenerationMatch?: string): URL {
    const url = new URL(`${this.#storage.apiEndpoint}/upload/storage/v1/b/${this.bucket.name}/o`);
    url.search = new URLSearchParams({
      uploadType,
      name: key,
      ...(ifGenerationMatch !== undefined && { ifGenerationMatch }),
    }).toString();
    return url;
  }

  /** `sizeBytes`: of what each request sends. */
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

  /** Time for two slow requests more, where requests may be slow. */
  #policyFor(sizeBytes: number): RetryPolicy {
    return { ...this.#policy, totalMs: this.#policy.totalMs + 2 * sendingMs(sizeBytes) };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.transport[Symbol.asyncDispose]();
  }
}
