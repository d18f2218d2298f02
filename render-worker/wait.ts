import { setTimeout as delay } from "node:timers/promises";

/** Waits, at most until the signal fires: then rejects with its reason. */
export const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
  await delay(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
};

const onItsWayMs = 2_000;

/**
 * After a tool was ended by a signal that we did not send: a Ctrl-C reaches the whole process group, and may be quicker at the tool than here. Waits
 * for our own stop, for 2 s at most, so that it is not taken for a failure of the tool.
 */
export const untilStopped = async (stop: AbortSignal): Promise<void> => {
  if (!stop.aborted) await sleep(onItsWayMs, stop).catch(() => undefined);
};

/** Resolves with true when the work has ended, with false when it has not after `ms`. Never rejects. */
export const within = async (ms: number, work: Promise<unknown>): Promise<boolean> => {
  const over = new AbortController();
  const ended = work.then(
    () => true,
    () => true,
  );
  const late = delay(ms, false, { signal: over.signal }).catch(() => false);
  return await Promise.race([ended, late]).finally(() => over.abort());
};
