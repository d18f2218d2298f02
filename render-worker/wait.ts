import { setTimeout as delay } from "node:timers/promises";

/** Waits, at most until the signal fires: then rejects with its reason. */
export const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
  await delay(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
};

/** Exponential backoff with full jitter: between half and all of `baseMs * 2^tries`, at most `maxMs`. */
export const backoffMs = (tries: number, baseMs: number, maxMs: number): number =>
  Math.min(maxMs, baseMs * 2 ** tries) * (0.5 + Math.random() / 2);
