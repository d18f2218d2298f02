import { AsyncLocalStorage } from "node:async_hooks";
import { type ProcessUsage, readProgramUsage } from "./process-usage.ts";

/** What several programs used together. */
interface SummedUsage {
  /** Seconds of processor time, of all cores. */
  cpuSeconds: number;
  /** Most memory that they held at one time. */
  peakMemoryBytes: number;
}

/**
 * Whose programs are started here. Programs are started deep inside of what an attempt does (probes, samples, encodes), and each counts: it
 * is said once, around everything, rather than handed through all of it.
 */
const current = new AsyncLocalStorage<ProgramUsage>();

/** What a program that is started now counts for; undefined outside of attempts. */
export const currentUsage = (): ProgramUsage | undefined => current.getStore();

/** Short programs are met, too, and long ones cost little. */
const firstLooksMs = [10, 30, 80];
const everyMs = 250;

interface Followed {
  looks: number;
  timer: NodeJS.Timeout | undefined;
  last: ProcessUsage;
}

/**
 * Adds up what the programs of an attempt use while they run. Linux only: elsewhere nothing is found, and `read` says null. What a
 * program uses after the last look (a quarter of a second at most) is missed: once it has ended its account is gone.
 *
 * One that is made within another's work is of a part of it: what counts there counts here, too.
 */
export class ProgramUsage implements Disposable {
  readonly #whole = currentUsage();
  readonly #running = new Map<number, Followed>();
  #endedCpuSeconds = 0;
  #peakMemoryBytes = 0;
  #hasFound = false;

  /** Of the whole attempt. */
  get outermost(): ProgramUsage {
    return this.#whole?.outermost ?? this;
  }

  /** Runs `work`, whose programs then count here. */
  around<T>(work: () => Promise<T>): Promise<T> {
    return current.run(this, work);
  }

  /** Returns what is to be called when the program has ended. */
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

  /** Memory that is held now. */
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

  /** One look serves all that a program counts for, until it counts for none. */
  static #lookLater(pid: number, followed: Followed, all: readonly ProgramUsage[]): void {
    const delayMs = firstLooksMs[followed.looks] ?? everyMs;
    followed.looks += 1;
    followed.timer = setTimeout(() => void ProgramUsage.#look(pid, followed, all), delayMs);
    followed.timer.unref();
  }

  static async #look(pid: number, followed: Followed, all: readonly ProgramUsage[]): Promise<void> {
    const usage = await readProgramUsage(pid);
    const counting = all.filter((each) => each.#running.get(pid) === followed);
    if (counting.length === 0) return;
    // The first look may come before the program has taken its process over: never backwards.
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
