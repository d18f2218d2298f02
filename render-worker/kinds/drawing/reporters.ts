/** One that reports the progress of its chunk. */
export interface Reporter {
  /** Reports now, unless an earlier chunk is still reporting. */
  report: () => void;
}

/**
 * Chunks whose encodes overlap report one after the other, so that progress never goes back: a chunk reports
 * once all before it are encoded.
 */
export class Reporters {
  readonly #waiting: Reporter[] = [];

  /** @param report reports the chunk's progress */
  add(report: () => void = () => undefined): Reporter {
    const reporter = { report };
    this.#waiting.push(reporter);
    return reporter;
  }

  isFirst(reporter: Reporter): boolean {
    return this.#waiting[0] === reporter;
  }

  /** The chunk is encoded: the next one reports. */
  remove(reporter: Reporter): void {
    const index = this.#waiting.indexOf(reporter);
    if (index < 0) return;
    this.#waiting.splice(index, 1);
    if (index === 0) this.report();
  }

  /** Lets the first one report. */
  report(): void {
    this.#waiting[0]?.report();
  }
}
