/** Runs a function periodically, never twice at once. Disposing waits for a running call. */
export class Ticker implements AsyncDisposable {
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> = Promise.resolve();
  #isRunning = false;

  constructor(everyMs: number, run: () => Promise<void>, onError: (error: unknown) => void) {
    this.#timer = setInterval(() => {
      if (this.#isRunning) return;
      this.#isRunning = true;
      this.#running = run()
        .catch(onError)
        .finally(() => {
          this.#isRunning = false;
        });
    }, everyMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }
}
