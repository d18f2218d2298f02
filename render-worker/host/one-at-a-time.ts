/**
 * Runs deferred work one at a time. Rejects further work while too much waits, which would wait ever longer.
 */
export class OneAtATime {
  readonly #mostWaiting: number;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(mostWaiting: number) {
    this.#mostWaiting = mostWaiting;
  }

  /** Resolves with true once it has run, with false if it was rejected. Rejects as the work does. */
  async run(work: () => Promise<void>): Promise<boolean> {
    if (this.#waiting >= this.#mostWaiting) return false;
    this.#waiting += 1;
    const turn = this.#last.then(work).finally(() => {
      this.#waiting -= 1;
    });
    this.#last = turn.catch(() => undefined);
    await turn;
    return true;
  }
}
