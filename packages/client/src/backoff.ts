import { isRetriable, type ReelayError } from "./errors.ts";

/**
 * The pause before the next try in milliseconds: 0.25 s, doubled with each failure in a row up to 10 s, with
 * jitter.
 */
export function backoffMs(failures: number, retryAfterMs = 0, random = Math.random): number {
  const grown = Math.min(10_000, 250 * 2 ** Math.min(failures, 10));
  return Math.max(retryAfterMs, grown * (0.5 + random() / 2));
}

/** Resolves after `ms`. @throws the signal's reason when it aborts first. */
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
  /** Call after progress: the next failure then counts as the first. */
  reset(): void;
  /** Waits until the next try is due. @throws the error if another try is pointless; the signal's reason. */
  after(error: unknown): Promise<void>;
}

/**
 * Retries as long as errors are retriable. A rejected key gets one more try, because a newer one may be
 * available.
 */
export function createRetry(signal: AbortSignal | undefined): Retry {
  let failures = 0;
  let refusals = 0;
  return {
    reset() {
      failures = 0;
      refusals = 0;
    },
    async after(error) {
      if (!isRetriable(error)) throw error;
      refusals = isRefusal(error) ? refusals + 1 : 0;
      if (refusals > 1) throw error;
      await delay(backoffMs(failures++, error.retryAfterMs), signal);
    },
  };
}

const isRefusal = ({ code }: ReelayError): boolean => code === "UNAUTHENTICATED";
