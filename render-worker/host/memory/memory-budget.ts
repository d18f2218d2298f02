interface ReserveOptions {
  /** Ends the wait. */
  signal: AbortSignal;
  /** Called once if it has to wait. */
  onWait?: () => void;
}

/** Reserved memory, released when disposed. */
export interface Held extends Disposable {
  readonly bytes: number;
}

/** Memory for work that can wait. */
interface IdleHeld extends Held {
  /** Aborts when work of higher priority waits: release the memory. */
  readonly wanted: AbortSignal;
}

interface Waiting {
  bytes: number;
  grant: () => void;
}

/**
 * The memory for a worker's programs, granted in the order of requests, so that small reservations cannot
 * starve a large one. Freed memory goes to the first in line. A request beyond the capacity gets all of it
 * and runs alone.
 *
 * A holder of memory must not wait for more: two such holders would deadlock.
 */
export class MemoryBudget {
  readonly #capacityBytes: () => number;
  readonly #line: Waiting[] = [];
  /** Served after the line. */
  readonly #idle: Waiting[] = [];
  readonly #givenToIdle = new Set<AbortController>();
  #reservedBytes = 0;

  /** @param capacityBytes called each time, since the worker's own usage changes */
  constructor(capacityBytes: () => number) {
    this.#capacityBytes = capacityBytes;
  }

  get capacityBytes(): number {
    return Math.max(0, Math.floor(this.#capacityBytes()));
  }

  get reservedBytes(): number {
    return this.#reservedBytes;
  }

  /** Length of the line. */
  get waiting(): number {
    return this.#line.length;
  }

  /** Resolves with a reservation; rejects if the signal aborts first. */
  async reserve(wantedBytes: number, { signal, onWait }: ReserveOptions): Promise<Held> {
    signal.throwIfAborted();
    const bytes = this.#bounded(wantedBytes);
    if (this.#line.length > 0 || !this.#hasRoom(bytes)) {
      const granted = this.#wait(this.#line, bytes, signal);
      this.#askIdle();
      onWait?.();
      await granted;
    } else this.#reservedBytes += bytes;
    return this.#held(bytes);
  }

  /**
   * For work that can wait: served after the line, and asked to release its memory when a request in the line
   * has to wait.
   */
  async reserveIdle(wantedBytes: number, signal: AbortSignal): Promise<IdleHeld> {
    signal.throwIfAborted();
    const bytes = this.#bounded(wantedBytes);
    if (this.#line.length > 0 || this.#idle.length > 0 || !this.#hasRoom(bytes))
      await this.#wait(this.#idle, bytes, signal);
    else this.#reservedBytes += bytes;
    const wanted = new AbortController();
    this.#givenToIdle.add(wanted);
    // A request has come since it was granted.
    if (this.#line.length > 0) this.#askIdle();
    const held = this.#held(bytes);
    return {
      bytes,
      wanted: wanted.signal,
      [Symbol.dispose]: () => {
        this.#givenToIdle.delete(wanted);
        held[Symbol.dispose]();
      },
    };
  }

  /** For optional work: null if the memory is not free now, or the line is not empty. */
  tryReserve(wantedBytes: number): Held | null {
    const bytes = Math.ceil(wantedBytes);
    if (this.#line.length === 0 && this.#reservedBytes + bytes <= this.capacityBytes) {
      this.#reservedBytes += bytes;
      return this.#held(bytes);
    }
    this.#askIdle();
    return null;
  }

  /** Whole bytes: sums of fractions would leave a rest when all of it is returned. */
  #bounded(bytes: number): number {
    return Math.min(Math.ceil(bytes), this.capacityBytes);
  }

  #held(bytes: number): Held {
    let isGivenBack = false;
    return {
      bytes,
      [Symbol.dispose]: () => {
        if (isGivenBack) return;
        isGivenBack = true;
        this.#reservedBytes -= bytes;
        this.#grant();
      },
    };
  }

  #hasRoom(bytes: number): boolean {
    return this.#reservedBytes === 0 || this.#reservedBytes + bytes <= this.capacityBytes;
  }

  #askIdle(): void {
    for (const wanted of this.#givenToIdle) wanted.abort(new Error("Its memory is needed for a task."));
  }

  /** Counted here, so that no other request comes in between. */
  #grant(): void {
    for (const waiting of [this.#line, this.#idle]) {
      for (let next = waiting[0]; next && this.#hasRoom(next.bytes); next = waiting[0]) {
        waiting.shift();
        this.#reservedBytes += next.bytes;
        next.grant();
      }
      if (waiting.length > 0) return;
    }
  }

  #wait(waiting: Waiting[], bytes: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry: Waiting = {
        bytes,
        grant: () => {
          signal.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      const onAbort = () => {
        waiting.splice(waiting.indexOf(entry), 1);
        reject(signal.reason);
        // It may have blocked a request that fits.
        this.#grant();
      };
      waiting.push(entry);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }
}
