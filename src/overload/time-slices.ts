/** Shares the event loop between long answers and other work. */
interface TimeSlices {
  /** Resolves when the caller may continue: immediately, or after other work of the process. */
  turn(): Promise<void> | undefined;
}

/**
 * Work that would run longer than `sliceMs` waits in a queue. The queue admits one at a time and yields to
 * the event loop as soon as a slice is used up.
 */
export function createTimeSlices(sliceMs: number, now: () => number = () => performance.now()): TimeSlices {
  const waiting: (() => void)[] = [];
  let startedAt = Number.NEGATIVE_INFINITY;
  let isFresh = false;
  let isMoving = false;

  /** A slice starts with the first work after the loop was idle. */
  function isUsedUp(): boolean {
    if (!isFresh) {
      isFresh = true;
      startedAt = now();
      setImmediate(() => (isFresh = false));
    }
    return now() - startedAt > sliceMs;
  }

  async function move(): Promise<void> {
    if (isMoving) return;
    isMoving = true;
    while (waiting.length > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      // The last slice's own mark is gone by now.
      isFresh = false;
      while (waiting.length > 0 && !isUsedUp()) {
        waiting.shift()?.();
        await settle();
      }
    }
    isMoving = false;
  }

  return {
    turn() {
      if (waiting.length === 0 && !isUsedUp()) return undefined;
      return new Promise((resolve) => {
        waiting.push(resolve);
        void move();
      });
    },
  };
}

/** Lets the released work run: it continues in microtasks. */
async function settle(): Promise<void> {
  for (let hop = 0; hop < 8; hop++) await Promise.resolve();
}
