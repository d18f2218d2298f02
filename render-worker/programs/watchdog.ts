import type { ProgramEnd } from "./result.ts";

interface Patience {
  timeoutMs?: number;
  stallTimeoutMs?: number;
  isExcused?: () => boolean;
}

/** Ends a program that runs too long, or too long without progress. One that waits for something that is not its fault gets the same time again. */
export class Watchdog implements Disposable {
  readonly #timers: NodeJS.Timeout[];
  readonly #stall: NodeJS.Timeout | undefined;

  constructor({ timeoutMs, stallTimeoutMs, isExcused }: Patience, end: (reason: ProgramEnd) => void) {
    const watch = (ms: number | undefined, reason: ProgramEnd) => {
      if (ms === undefined) return undefined;
      const timer = setTimeout(() => {
        if (isExcused?.()) timer.refresh();
        else end(reason);
      }, ms);
      return timer;
    };
    this.#stall = watch(stallTimeoutMs, "STALLED");
    this.#timers = [watch(timeoutMs, "TIMEOUT"), this.#stall].filter((timer) => timer !== undefined);
  }

  progressed(): void {
    this.#stall?.refresh();
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
