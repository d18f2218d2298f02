import type { ProgramEnd } from "../programs/index.ts";

/** Times that a worker waits for a painter, in milliseconds. */
interface PatienceLimits {
  /** For one record. */
  silenceMs: number;
  /** For all records together. */
  totalMs: number;
}

/**
 * Measures how long the worker waits for a painter. Time in which it does not read, because an encoder is
 * busy, does not count.
 */
export class Patience {
  readonly #limits: PatienceLimits;
  readonly #over = new AbortController();
  #waitedMs = 0;

  constructor(limits: PatienceLimits) {
    this.#limits = limits;
  }

  /** Aborts when one of the times is over. Its reason is the painter's `ProgramEnd`. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** Settles like the work, which is what the worker waits for. */
  async during<T>(work: Promise<T>): Promise<T> {
    const { silenceMs, totalMs } = this.#limits;
    const leftMs = Math.max(0, totalMs - this.#waitedMs);
    const end: ProgramEnd = leftMs < silenceMs ? "TIMEOUT" : "STALLED";
    const timer = setTimeout(() => this.#over.abort(end), Math.min(leftMs, silenceMs));
    const since = performance.now();
    try {
      return await work;
    } finally {
      clearTimeout(timer);
      this.#waitedMs += performance.now() - since;
    }
  }
}
