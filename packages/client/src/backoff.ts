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
