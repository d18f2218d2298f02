import type { BatchNews } from "../context/index.ts";

/** Tells the viewers of this process which batches have changed. */
export function createBatchNews(): BatchNews {
  const waiting = new Map<string, Set<() => void>>();
  return {
    changed(batchId) {
      for (const resolve of waiting.get(batchId) ?? []) resolve();
    },
    next: (batchId, ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const waiters = waiting.get(batchId) ?? new Set();
        waiting.set(batchId, waiters);
        const end = (): void => {
          clearTimeout(timer);
          signal.removeEventListener("abort", end);
          waiters.delete(end);
          if (waiters.size === 0) waiting.delete(batchId);
          resolve();
        };
        const timer = setTimeout(end, ms);
        signal.addEventListener("abort", end);
        waiters.add(end);
      }),
  };
}
