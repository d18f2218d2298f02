import { isPassing, type ReelayError } from "./errors.ts";

/** Milliseconds before the next try after `failures` in a row: 0.25 s, doubled up to 10 s, spread so that clients do not come all at once. */
export function backoffMs(failures: number, retryAfterMs = 0, random = Math.random): number {
  const grown = Math.min(10_000, 250 * 2 ** Math.min(failures, 10));
  return Math.max(retryAfterMs, grown * (0.5 + random() / 2));
}

/** Resolves after `ms`. @throws the signal's reason when it fires before. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

export interface Retry {
  /** Something got through: what fails next is the first failure. */
  reset(): void;
  /** Waits for the time of the next try. @throws the error, when another try is in vain; the signal's reason. */
  after(error: unknown): Promise<void>;
}

/** Tries for as long as errors pass. A refused key is tried once again, for there may be a newer one. */
export function createRetry(signal: AbortSignal | undefined): Retry {
  let failures = 0;
  let refusals = 0;
  return {
    reset() {
      failures = 0;
      refusals = 0;
    },
    async after(error) {
      if (!isPassing(error)) throw error;
      refusals = isRefusal(error) ? refusals + 1 : 0;
      if (refusals > 1) throw error;
      await delay(backoffMs(failures++, error.retryAfterMs), signal);
    },
  };
}

const isRefusal = ({ code }: ReelayError): boolean => code === "UNAUTHENTICATED";
