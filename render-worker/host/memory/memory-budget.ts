interface ReserveOptions {
  /** Ends the wait. */
  signal: AbortSignal;
  /** Called once if it has to wait. */
  onWait?: () => void;
}

/** Memory that is given out, until it is disposed. */
export interface Held extends Disposable {
  readonly bytes: number;
}

/** Memory for what can wait. */
interface IdleHeld extends Held {
  /** Fires when somebody waits who goes first: it is to be given back. */
  readonly wanted: AbortSignal;
}

interface Waiting {
  bytes: number;
  grant: () => void;
}

/**
 * The memory that a worker's programs may have, given out in the order in which it was asked for: a large reservation is not overtaken by
 * small ones for ever. Freed memory goes to the first in line. Who asks for more than there will ever be gets all there is, and is alone then.
 *
 * Who holds memory must not wait for more: two who did would wait for each other.
 */
export class MemoryBudget {
  readonly #capacityBytes: () => number;
  readonly #line: Waiting[] = [];
  /** Behind all who stand in line. */
  readonly #idle: Waiting[] = [];
  readonly #givenToIdle = new Set<AbortController>();
  #reservedBytes = 0;

  /** @param capacityBytes asked anew each time: what the worker itself needs changes */
  constructor(capacityBytes: () => number) {
    this.#capacityBytes = capacityBytes;
  }

  get capacityBytes(): number {
    return Math.max(0, Math.floor(this.#capacityBytes()));
  }

  get reservedBytes(): number {
    return this.#reservedBytes;
  }

  /** How many stand in line. */
  get waiting(): number {
    return this.#line.length;
  }

  /** Resolves with what gives the memory back when it is disposed; rejects when the signal fires first. */
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

  /** For what can wait: it comes after all who stand in line, and is asked to give its memory back when one of them has to wait. */
  async reserveIdle(wantedBytes: number, signal: AbortSignal): Promise<IdleHeld> {
    signal.throwIfAborted();
    const bytes = this.#bounded(wantedBytes);
    if (this.#line.length > 0 || this.#idle.length > 0 || !this.#hasRoom(bytes))
      await this.#wait(this.#idle, bytes, signal);
    else this.#reservedBytes += bytes;
    const wanted = new AbortController();
    this.#givenToIdle.add(wanted);
    // Somebody came since it was granted.
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

  /** For what can be left out: null when it is not free right now, or somebody stands in line for it. */
  tryReserve(bytes: number): Held | null {
    if (this.#line.length === 0 && this.#reservedBytes + bytes <= this.capacityBytes) {
      this.#reservedBytes += bytes;
      return this.#held(bytes);
    }
    this.#askIdle();
    return null;
  }

  #bounded(bytes: number): number {
    return Math.min(bytes, this.capacityBytes);
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

  /** Counted here and not by who waited: nobody may come between. */
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
        // It may have stood before somebody who fits.
        this.#grant();
      };
      waiting.push(entry);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }
}
