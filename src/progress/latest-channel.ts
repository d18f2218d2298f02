/**
 * One slot between a producer that never waits and a consumer that may be slow: what is not taken in time is
 * replaced by what is newer.
 */
export interface LatestChannel<T> extends AsyncIterableIterator<T> {
  push(value: T): void;
  /** The consumer still gets a value that is waiting, then the end. */
  end(): void;
}

export function createLatestChannel<T>(onEnd: () => void): LatestChannel<T> {
  let slot: { value: T } | undefined;
  let waiting: ((result: IteratorResult<T>) => void)[] = [];
  let hasEnded = false;

  const done = { done: true, value: undefined } as const;
  const end = () => {
    if (hasEnded) return;
    hasEnded = true;
    for (const resolve of waiting) resolve(done);
    waiting = [];
    onEnd();
  };

  return {
    push(value) {
      if (hasEnded) return;
      const resolve = waiting.shift();
      if (resolve === undefined) slot = { value };
      else resolve({ done: false, value });
    },
    end,
    next() {
      if (slot !== undefined) {
        const { value } = slot;
        slot = undefined;
        return Promise.resolve({ done: false, value });
      }
      if (hasEnded) return Promise.resolve(done);
      return new Promise((resolve) => waiting.push(resolve));
    },
    return() {
      slot = undefined;
      end();
      return Promise.resolve(done);
    },
    throw(error) {
      slot = undefined;
      end();
      return Promise.reject(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
