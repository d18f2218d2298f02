import { OverloadedError } from "./overloaded-error.ts";

interface GateOptions {
  /** Maximum number of concurrent operations. */
  concurrency: number;
  /** Maximum number of waiting operations; further ones are refused immediately. */
  maxWaiting: number;
  /** Maximum wait in milliseconds; operations that waited longer are refused. */
  maxWaitMs: number;
  /** Monotonic, milliseconds. Default `performance.now`. */
  now?: () => number;
}

/**
 * Admits a limited number of operations concurrently, in order of arrival, and refuses what exceeds its
 * limits.
 */
export interface Gate {
  /** Settles like `work`. Throws `OverloadedError` if refused; `work` is then never called. */
  run<T>(work: () => T | Promise<T>): Promise<T>;
  readonly running: number;
  readonly waiting: number;
}

interface Waiting {
  enter: () => void;
  refuse: (error: OverloadedError) => void;
  timer: NodeJS.Timeout;
}

const LEAST_RETRY_MS = 1_000;
const MOST_RETRY_MS = 30_000;

export function createGate({
  concurrency,
  maxWaiting,
  maxWaitMs,
  now = () => performance.now(),
}: GateOptions): Gate {
  const waiting = new Set<Waiting>();
  let running = 0;
  /** Recent duration of an operation. */
  let usualMs = 50;

  /** When the queue of now will have been worked off, more or less. */
  const retryAfterMs = () =>
    Math.round(
      Math.min(Math.max(((waiting.size + 1) * usualMs) / concurrency, LEAST_RETRY_MS), MOST_RETRY_MS),
    );

  function enter(): Promise<void> | undefined {
    if (running < concurrency) {
      running += 1;
      return undefined;
    }
    if (waiting.size >= maxWaiting) throw new OverloadedError(retryAfterMs());
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const place: Waiting = {
      enter: resolve,
      refuse: reject,
      timer: setTimeout(() => {
        waiting.delete(place);
        place.refuse(new OverloadedError(retryAfterMs()));
      }, maxWaitMs),
    };
    waiting.add(place);
    return promise;
  }

  /** The place goes to the next one, without being free in between. */
  function leave(): void {
    const [next] = waiting;
    if (next === undefined) {
      running -= 1;
      return;
    }
    waiting.delete(next);
    clearTimeout(next.timer);
    next.enter();
  }

  return {
    async run(work) {
      await enter();
      const from = now();
      try {
        return await work();
      } finally {
        usualMs += (now() - from - usualMs) / 16;
        leave();
      }
    },
    get running() {
      return running;
    },
    get waiting() {
      return waiting.size;
    },
  };
}
