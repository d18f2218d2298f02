/** Resolves after `ms`. @throws the signal's reason when it aborts first. */
export function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    signal.addEventListener("abort", stop, { once: true });
  });
}

/**
 * Resolves immediately or when the browser is online again: tries without a network are pointless. @throws as
 * `delay`.
 */
export function online(signal: AbortSignal): Promise<void> {
  if (typeof document !== "object" || navigator.onLine) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const end = () => {
      removeEventListener("online", end);
      signal.removeEventListener("abort", end);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    addEventListener("online", end);
    signal.addEventListener("abort", end);
  });
}
