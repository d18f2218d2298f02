import { AsyncLocalStorage } from "node:async_hooks";
import { type ProcessUsage, readProgramUsage } from "./process-usage.ts";

/** Combined usage of several programs. */
interface SummedUsage {
  /** Processor time of all cores, in seconds. */
  cpuSeconds: number;
  /** Peak of the combined memory. */
  peakMemoryBytes: number;
}

/**
 * The current account. Programs are started deep inside an attempt's work (probes, samples, encodes), so the
 * account is set once around it instead of being passed down.
 */
const current = new AsyncLocalStorage<ProgramUsage>();

/** The account for a program that starts now; undefined outside attempts. */
export const currentUsage = (): ProgramUsage | undefined => current.getStore();

/** Early samples for short programs. */
const firstLooksMs = [10, 30, 80];
const EVERY_MS = 250;

interface Followed {
  looks: number;
  timer: NodeJS.Timeout | undefined;
  last: ProcessUsage;
}

/**
 * Samples the usage of an attempt's programs while they run. Linux only: elsewhere `read` returns null. Usage
 * after the last sample (up to a quarter of a second) is missed, since the kernel drops it with the process.
 *
 * An account that is created within another one's work also counts for the outer one.
 */
export class ProgramUsage implements Disposable {
  readonly #whole = currentUsage();
  readonly #running = new Map<number, Followed>();
  #endedCpuSeconds = 0;
  #peakMemoryBytes = 0;
  #hasFound = false;

  /** The account of the whole attempt. */
  get outermost(): ProgramUsage {
    return this.#whole?.outermost ?? this;
  }

  /** Runs `work`, whose programs count here. */
  around<T>(work: () => Promise<T>): Promise<T> {
    return current.run(this, work);
  }

  /** Returns a function to call when the program has ended. */
  follow(pid: number): () => void {
    const followed: Followed = {
      looks: 0,
      timer: undefined,
      last: { cpuSeconds: 0, memoryBytes: 0, peakMemoryBytes: 0 },
    };
    const all = this.#andWholes();
    for (const usage of all) usage.#running.set(pid, followed);
    ProgramUsage.#lookLater(pid, followed, all);
    return () => {
      clearTimeout(followed.timer);
      for (const usage of all) usage.#forget(pid);
    };
  }

  /** Current memory. */
  get memoryBytes(): number {
    return [...this.#running.values()].reduce((sum, { last }) => sum + last.memoryBytes, 0);
  }

  read(): SummedUsage | null {
    if (!this.#hasFound) return null;
    const running = [...this.#running.values()].reduce((sum, { last }) => sum + last.cpuSeconds, 0);
    return {
      cpuSeconds: Math.round((this.#endedCpuSeconds + running) * 100) / 100,
      peakMemoryBytes: this.#peakMemoryBytes,
    };
  }

  [Symbol.dispose](): void {
    for (const pid of this.#running.keys()) this.#forget(pid);
  }

  #andWholes(): ProgramUsage[] {
    return [this, ...(this.#whole ? this.#whole.#andWholes() : [])];
  }

  #forget(pid: number): void {
    const followed = this.#running.get(pid);
    if (!followed) return;
    this.#running.delete(pid);
    this.#endedCpuSeconds += followed.last.cpuSeconds;
  }

  /** One sample serves all accounts of a program, until none is left. */
  static #lookLater(pid: number, followed: Followed, all: readonly ProgramUsage[]): void {
    const delayMs = firstLooksMs[followed.looks] ?? EVERY_MS;
    followed.looks += 1;
    followed.timer = setTimeout(() => ProgramUsage.#look(pid, followed, all), delayMs);
    followed.timer.unref();
  }

  static #look(pid: number, followed: Followed, all: readonly ProgramUsage[]): void {
    const usage = readProgramUsage(pid);
    const counting = all.filter((each) => each.#running.get(pid) === followed);
    if (counting.length === 0) return;
    // The first sample may precede the program's exec; usage never decreases.
    if (usage && usage.cpuSeconds >= followed.last.cpuSeconds) {
      followed.last = usage;
      for (const each of counting) {
        each.#hasFound = true;
        each.#peakMemoryBytes = Math.max(each.#peakMemoryBytes, usage.peakMemoryBytes, each.memoryBytes);
      }
    }
    ProgramUsage.#lookLater(pid, followed, counting);
  }
}
