/**
 * Passes a signal to `open` that aborts as soon as the consumer leaves the iteration. An async generator that
 * waits for its next value cannot be left otherwise: its `return()` takes effect only after that value.
 */
export async function untilReturned<T>(
  open: (signal: AbortSignal) => Promise<AsyncIterable<T>>,
): Promise<AsyncIterableIterator<T>> {
  const left = new AbortController();
  const iterator = (await open(left.signal))[Symbol.asyncIterator]();
  const watched: AsyncIterableIterator<T> = {
    next: () => iterator.next(),
    async return() {
      left.abort();
      await iterator.return?.();
      return { done: true, value: undefined };
    },
    async throw(error: unknown) {
      left.abort();
      await iterator.return?.();
      throw error;
    },
    [Symbol.asyncIterator]: () => watched,
  };
  return watched;
}
