/** The length of something that grows, for readers that wait for a part of it. */
export class Growth {
  #grown = 0;
  #failure: { error: unknown } | null = null;
  #change = Promise.withResolvers<void>();

  get grown(): number {
    return this.#grown;
  }

  get hasFailed(): boolean {
    return this.#failure !== null;
  }

  grow(by: number): void {
    this.#grown += by;
    this.#wake();
  }

  /** It will not grow further. The existing part stays valid. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake();
  }

  /** Waits until it is longer than `offset`. Rejects with the failure, or with the signal's reason. */
  async until(offset: number, signal: AbortSignal): Promise<void> {
    if (this.#grown > offset) return;
    signal.throwIfAborted();
    const stop = Promise.withResolvers<never>();
    const onAbort = () => stop.reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      while (this.#grown <= offset) {
        if (this.#failure) throw this.#failure.error;
        await Promise.race([this.#change.promise, stop.promise]);
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  #wake(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }
}
