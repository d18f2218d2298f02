/**
 * Holds parts that do not need each other, and disposes of all of them at once: it takes as long as the
 * slowest.
 */
export class ConcurrentDisposableStack implements AsyncDisposable {
  readonly #parts: AsyncDisposable[] = [];

  use<T extends AsyncDisposable>(part: T): T {
    this.#parts.push(part);
    return part;
  }

  /** Rejects with an `AggregateError` of what failed, after all have ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    const ended = await Promise.allSettled(this.#parts.map((part) => part[Symbol.asyncDispose]()));
    const errors = ended.flatMap((end) => (end.status === "rejected" ? [end.reason as unknown] : []));
    if (errors.length > 0) throw new AggregateError(errors, `${errors.length} parts did not stop cleanly.`);
  }
}
