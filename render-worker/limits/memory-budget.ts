/** A task needs more memory than its worker will ever have free. */
export class NeverFitsError extends Error {
  readonly neededBytes: number;
  readonly capacityBytes: number;

  constructor(neededBytes: number, capacityBytes: number) {
    super(`${neededBytes} bytes of memory are needed; ${capacityBytes} are there when nothing else runs.`);
    this.name = "NeverFitsError";
    this.neededBytes = neededBytes;
    this.capacityBytes = capacityBytes;
  }
}

export interface ReserveOptions {
  /** Ends the wait. */
  signal: AbortSignal;
  /** Called once if it has to wait. */
  onWait?: () => void;
}

interface Waiting {
  bytes: number;
  grant: () => void;
}

/**
 * The memory that a worker's programs may have, given out in the order in which it was asked for: a large reservation is not overtaken by
 * small ones for ever. Freed memory goes to the first in line. What is asked for when nothing is out is given, since waiting would bring
 * no more.
 */
export class MemoryBudget {
  readonly #capacityBytes: () => number;
  readonly #waiting: Waiting[] = [];
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

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves with what gives the memory back when it is disposed; rejects when the signal fires first, and at once with `NeverFitsError`. */
  async reserve(bytes: number, { signal, onWait }: ReserveOptions): Promise<Disposable> {
    signal.throwIfAborted();
    const { capacityBytes } = this;
    if (bytes > capacityBytes) throw new NeverFitsError(bytes, capacityBytes);
    if (this.#waiting.length > 0 || !this.#hasRoom(bytes)) {
      onWait?.();
      await this.#wait(bytes, signal);
    } else this.#reservedBytes += bytes;
    return this.#held(bytes);
  }

  /** For what can be left out: null when it is not free right now, or somebody waits for it. */
  tryReserve(bytes: number): Disposable | null {
    if (this.#waiting.length > 0 || this.#reservedBytes + bytes > this.capacityBytes) return null;
    this.#reservedBytes += bytes;
    return this.#held(bytes);
  }

  #held(bytes: number): Disposable {
    let isGivenBack = false;
    return {
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

  /** Counted here and not by who waited: nobody may come between. */
  #grant(): void {
    for (let next = this.#waiting[0]; next && this.#hasRoom(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#reservedBytes += next.bytes;
      next.grant();
    }
  }

  #wait(bytes: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry: Waiting = {
        bytes,
        grant: () => {
          signal.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(signal.reason);
        // It may have stood before somebody who fits.
        this.#grant();
      };
      this.#waiting.push(entry);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }
}
