import { setTimeout as delay } from "node:timers/promises";
import { StoreFullError, StoreUnavailableError } from "../errors.ts";
import { planRetry, type RetryPolicy } from "./plan-retry.ts";
import { GcsRequestError, INSUFFICIENT_STORAGE } from "./request-error.ts";

/** Less than this does not count as progress: a connection that only trickles must not continue forever. */
const PROGRESS_BYTES = 256 * 1024;

interface RetryOptions {
  policy: RetryPolicy;
  signal?: AbortSignal | undefined;
}

/** Counts the failed requests of one operation and pauses after each. */
export class Retries {
  readonly #verb: string;
  readonly #key: string;
  readonly #options: RetryOptions;
  #tried = 0;
  #startedAt: number;
  #bytes = 0;

  /** `verb` and `key` name the operation in errors: `read`, `videos/…`. */
  constructor(verb: string, key: string, options: RetryOptions) {
    this.#verb = verb;
    this.#key = key;
    this.#options = options;
    this.#startedAt = performance.now();
  }

  /** Records transferred bytes. Enough of them renew the budget. */
  progressed(sizeBytes: number): void {
    this.#bytes += sizeBytes;
    if (this.#bytes < PROGRESS_BYTES) return;
    this.#bytes = 0;
    this.#tried = 0;
    this.#startedAt = performance.now();
  }

  /** Resolves when the next request is due. Throws when the limits are reached. */
  async failed(error: unknown): Promise<void> {
    const { policy, signal } = this.#options;
    signal?.throwIfAborted();
    if (!(error instanceof GcsRequestError)) throw error;
    if (error.status === INSUFFICIENT_STORAGE) throw new StoreFullError(this.#key, { cause: error });
    if (!error.isRetriable) throw error;
    this.#tried += 1;
    this.#bytes = 0;
    const elapsedMs = performance.now() - this.#startedAt;
    const { retryAfterMs } = error;
    const pauseMs = planRetry(policy, { tried: this.#tried, elapsedMs, retryAfterMs, random: Math.random() });
    if (pauseMs === null) {
      const tries = `${this.#tried} ${this.#tried === 1 ? "try" : "tries"} in ${(elapsedMs / 1_000).toFixed(1)} s`;
      throw new StoreUnavailableError(
        `Cloud Storage did not ${this.#verb} "${this.#key}": ${tries}, the last one failed with: ${error.message}`,
        { retryAfterMs, cause: error },
      );
    }
    try {
      await delay(pauseMs, undefined, signal === undefined ? {} : { signal });
    } catch (aborted) {
      signal?.throwIfAborted();
      throw aborted;
    }
  }
}

/** Repeats `run` until it succeeds, within the policy's limits. */
export async function retry<T>(
  verb: string,
  key: string,
  options: RetryOptions,
  run: () => Promise<T>,
): Promise<T> {
  const retries = new Retries(verb, key, options);
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      return await run();
    } catch (error) {
      await retries.failed(error);
    }
  }
}
