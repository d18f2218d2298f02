import { setTimeout as delay } from "node:timers/promises";

/** Waits; rejects with the signal's reason if it aborts first. */
export const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
  await delay(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
};

const ON_ITS_WAY_MS = 2_000;

/**
 * After a tool ended by a signal that the worker did not send: Ctrl-C reaches the whole process group and may
 * reach the tool first. Waits up to 2 s for the worker's own stop, so that it does not count as the tool's
 * failure.
 */
export const untilStopped = async (stop: AbortSignal): Promise<void> => {
  if (!stop.aborted) await sleep(ON_ITS_WAY_MS, stop).catch(() => undefined);
};

/** Resolves with true when the work has ended, with false if it has not after `ms`. Never rejects. */
export const within = async (ms: number, work: Promise<unknown>): Promise<boolean> => {
  const over = new AbortController();
  const ended = work.then(
    () => true,
    () => true,
  );
  const late = delay(ms, false, { signal: over.signal }).catch(() => false);
  return await Promise.race([ended, late]).finally(() => over.abort());
};

/** Settles like the work; rejects with the signal's reason if it aborts first. The work goes on. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
