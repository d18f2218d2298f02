/** A fixed number of slots, granted in the order of requests. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves with a function that releases the slot; rejects if the signal aborts first. */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    while (this.#free === 0) await this.#wait(signal);
    this.#free -= 1;
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      this.#free += 1;
      this.#waiting.shift()?.();
    };
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onFree = () => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      };
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(onFree), 1);
        reject(signal.reason);
      };
      this.#waiting.push(onFree);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }
}
