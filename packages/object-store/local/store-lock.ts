import { setTimeout as delay } from "node:timers/promises";
import { openFileLock } from "../file-lock.ts";

/** Guards replacing and deleting in one store folder; held for a few system calls at a time. */
export interface StoreLock extends Disposable {
  /** Runs `critical`, which must not wait for anything, while no other process is in its own. */
  exclusively<T>(critical: () => T, signal?: AbortSignal): Promise<T>;
}

const longestPauseMs = 10;

export function openStoreLock(path: string): StoreLock {
  const lock = openFileLock(path);
  return {
    async exclusively(critical, signal) {
      // A synchronous section needs no queue among this process's own writers, and other processes leave within microseconds.
      while (!lock.tryLock()) await delay(1 + Math.random() * longestPauseMs, undefined, { signal });
      try {
        return critical();
      } finally {
        lock.unlock();
      }
    },
    [Symbol.dispose]: () => lock.close(),
  };
}
