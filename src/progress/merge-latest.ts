/**
 * One stream of many: what any of them has next, in the order in which it came. Of each stream one value at
 * most waits here, so a slow consumer of streams that replace what was not taken skips states of each and
 * queues none. Ends when all have ended.
 */
export function mergeLatest<T>(streams: readonly AsyncIterable<T>[]): AsyncIterableIterator<T> {
  const iterators = new Set(streams.map((stream) => stream[Symbol.asyncIterator]()));
  const ready: { value: T; iterator: AsyncIterator<T> }[] = [];
  let failure: { error: unknown } | undefined;
  let wake = Promise.withResolvers<void>();

  function pull(iterator: AsyncIterator<T>): void {
    iterator.next().then(
      ({ done, value }) => {
        if (done === true) iterators.delete(iterator);
        else ready.push({ value, iterator });
        wake.resolve();
      },
      (error: unknown) => {
        failure ??= { error };
        wake.resolve();
      },
    );
  }

  async function leave(): Promise<IteratorResult<T>> {
    const left = [...iterators];
    iterators.clear();
    ready.length = 0;
    wake.resolve();
    await Promise.all(left.map(async (iterator) => await iterator.return?.()));
    return { done: true, value: undefined };
  }

  for (const iterator of iterators) pull(iterator);
  return {
    async next() {
      for (;;) {
        if (failure !== undefined) {
          const { error } = failure;
          await leave();
          throw error;
        }
        const first = ready.shift();
        if (first !== undefined) {
          pull(first.iterator);
          return { done: false, value: first.value };
        }
        if (iterators.size === 0) return { done: true, value: undefined };
        await wake.promise;
        wake = Promise.withResolvers();
      }
    },
    return: leave,
    async throw(error) {
      await leave();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
