/**
 * A few values between a producer that never waits and a consumer that may be slow. A newer value replaces
 * the last one that was not consumed, unless that one must be seen.
 */
export interface LatestChannel<T> extends AsyncIterableIterator<T> {
  push(value: T): void;
  /** The consumer still receives the pending value, then the end. */
  end(): void;
}

/** Maximum number of values that wait for the consumer: all steps of a report. The oldest are dropped. */
const MOST_WAITING = 64;

/** @param replaces whether the consumer can do without `older`, once there is `newer`. Default: always. */
export function createLatestChannel<T>(
  onEnd: () => void,
  replaces: (newer: T, older: T) => boolean = () => true,
): LatestChannel<T> {
  let values: T[] = [];
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
      if (resolve !== undefined) return resolve({ done: false, value });
      const last = values.at(-1);
      if (last !== undefined && replaces(value, last)) values.pop();
      values.push(value);
      if (values.length > MOST_WAITING) values.shift();
    },
    end,
    next() {
      const value = values.shift();
      if (value !== undefined) return Promise.resolve({ done: false, value });
      if (hasEnded) return Promise.resolve(done);
      return new Promise((resolve) => waiting.push(resolve));
    },
    return() {
      values = [];
      end();
      return Promise.resolve(done);
    },
    throw(error) {
      values = [];
      end();
      return Promise.reject(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
