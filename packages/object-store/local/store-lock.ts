import { setTimeout as delay } from "node:timers/promises";
import { openFileLock } from "../file-lock.ts";

/** Guards replacing and deleting in one store folder. Held for a few system calls at a time. */
export interface StoreLock extends Disposable {
  /** Runs `critical`, which must be synchronous, while no other process runs its own. */
  exclusively<T>(critical: () => T, signal?: AbortSignal): Promise<T>;
}

const LONGEST_PAUSE_MS = 10;

export function openStoreLock(path: string): StoreLock {
  const lock = openFileLock(path);
  return {
    async exclusively(critical, signal) {
      // A synchronous section needs no queue among this process's own writers. Other processes release it
      // within microseconds.
      while (!lock.tryLock()) await delay(1 + Math.random() * LONGEST_PAUSE_MS, undefined, { signal });
      try {
        return critical();
      } finally {
        lock.unlock();
      }
    },
    [Symbol.dispose]: () => lock.close(),
  };
}
