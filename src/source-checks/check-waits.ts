import { setTimeout as sleep } from "node:timers/promises";
import type { CheckWaits } from "../context/index.ts";

/** Each waiting request occupies one of the 14 operations of its process (src/overload/limits.ts). */
const MAX_WAITING = 5;
const FIRST_LOOK_MS = 100;
const LAST_LOOK_MS = 200;
const GROWTH = 1.1;

/**
 * Looks at the row again and again, by its key and at most ten times a second. Considered: a notification by
 * Postgres, which costs every commit a lock, and the live reports, which arrive before the row is written.
 */
export function createCheckWaits(): CheckWaits {
  const stopping = new AbortController();
  let waiting = 0;
  return {
    async wait(waitMs, isOver) {
      if (waiting >= MAX_WAITING) return;
      const until = AbortSignal.any([stopping.signal, AbortSignal.timeout(waitMs)]);
      waiting += 1;
      try {
        for (let ms = FIRST_LOOK_MS; !until.aborted; ms = Math.min(ms * GROWTH, LAST_LOOK_MS)) {
          await sleep(ms, undefined, { signal: until }).catch(() => undefined);
          if (await isOver()) return;
        }
      } finally {
        waiting -= 1;
      }
    },
    stop: () => stopping.abort(),
  };
}
