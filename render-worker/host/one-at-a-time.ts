/** Runs what can wait, one after the other. What comes while too much waits is not done at all: it would wait ever longer. */
export class OneAtATime {
  readonly #mostWaiting: number;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(mostWaiting: number) {
    this.#mostWaiting = mostWaiting;
  }

  /** Resolves when it was done; false when it was not. Rejects as the work does. */
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
