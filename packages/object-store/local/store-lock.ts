import { setTimeout as delay } from "node:timers/promises";
import { StoreUnavailableError } from "../errors.ts";
import { openFileLock } from "../file-lock.ts";

/** Guards replacing and deleting in one store folder. Held for a few system calls at a time. */
export interface StoreLock extends Disposable {
  /**
   * Runs `critical`, which must be synchronous, while no other process runs its own. Throws a
   * `StoreUnavailableError` if another process keeps the lock, as one does that is paused while it holds it.
   */
  exclusively<T>(critical: () => T, signal?: AbortSignal): Promise<T>;
}

const LONGEST_PAUSE_MS = 10;
/** Far longer than a busy machine keeps a process from its next few system calls. */
const PATIENCE_MS = 30_000;

/** @param patienceMs how long to wait for another process; default 30 s */
export function openStoreLock(path: string, patienceMs = PATIENCE_MS): StoreLock {
  const lock = openFileLock(path);
  return {
    async exclusively(critical, signal) {
      const begun = performance.now();
      // A synchronous section needs no queue among this process's own writers. Other processes release it
      // within microseconds.
      while (!lock.tryLock()) {
        if (performance.now() - begun > patienceMs) throw neverReleased(path, patienceMs);
        await delay(1 + Math.random() * LONGEST_PAUSE_MS, undefined, { signal });
      }
      try {
        return critical();
      } finally {
        lock.unlock();
      }
    },
    [Symbol.dispose]: () => lock.close(),
  };
}

const neverReleased = (path: string, waitedMs: number): StoreUnavailableError =>
  new StoreUnavailableError(
    `The lock "${path}" was not released within ${waitedMs / 1000} s. A process that uses this folder is probably paused while it holds the lock: resume it, or end it.`,
    { retryAfterMs: null, cause: undefined },
  );
