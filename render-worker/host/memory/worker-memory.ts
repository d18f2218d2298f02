import { memoryUsage } from "node:process";
import { MemoryBudget } from "./memory-budget.ts";
import { NeedsMoreMemoryError } from "./needs-more-memory.ts";
import type { Limits } from "./read-limits.ts";

/** Fraction of the limit for everything together; the rest is a reserve, and for the kernel's page cache. */
const USABLE_SHARE = 0.85;
/** Growth of the worker itself: per task 24 MiB of source and segments in transit to the store. */
const ownBytes = { always: 32 * 1024 ** 2, perSlot: 32 * 1024 ** 2 };
/** A worker's memory: who has how much, and what tasks turn out to need. */
export class WorkerMemory {
  readonly limits: Limits;
  readonly budget: MemoryBudget;
  readonly #ownAtStart = memoryUsage.rss();
  readonly #besideBytes: number;

  constructor(limits: Limits, slots: number) {
    this.limits = limits;
    this.#besideBytes = ownBytes.always + slots * ownBytes.perSlot;
    this.budget = new MemoryBudget(() => this.#capacityBytes());
  }

  /**
   * Throws `NeedsMoreMemoryError` if another worker has found that the task needs more than this worker has;
   * nothing is tried.
   */
  assertLarge(needsMemoryBytes = 0): void {
    const { memoryBytes } = this.limits;
    if (needsMemoryBytes <= memoryBytes) return;
    throw new NeedsMoreMemoryError(
      needsMemoryBytes,
      `The task needs a worker with ${toMib(needsMemoryBytes)} MiB of memory, as another worker found; this one may use ${toMib(memoryBytes)} MiB. It moves to a larger one.`,
    );
  }

  /** Throws `NeedsMoreMemoryError` if a program is known to need more than this worker can ever provide. */
  assertFits(bytes: number, what: string): void {
    if (bytes > this.budget.capacityBytes) throw this.tooLarge(bytes, what);
  }

  /** The error for a task that needs more than this worker ever has. */
  tooLarge(neededBytes: number, what: string): NeedsMoreMemoryError {
    const { memoryBytes } = this.limits;
    const own = memoryUsage.rss() + this.#besideBytes;
    // The machine may be large enough, but in use by others.
    const needs = Math.max(Math.ceil((neededBytes + own) / USABLE_SHARE), memoryBytes + 1);
    return new NeedsMoreMemoryError(
      needs,
      `The task needs a worker with ${toMib(needs)} MiB of memory ${what}; this one may use ${toMib(memoryBytes)} MiB, ` +
        `${toMib(this.budget.capacityBytes)} MiB of them for ffmpeg. It moves to a larger one.`,
    );
  }

  /**
   * Memory for programs when none runs. Assumes that other processes keep the memory that they used at the
   * worker's start.
   */
  #capacityBytes(): number {
    const { memoryBytes, usedBytes } = this.limits;
    const grown = Math.max(0, memoryUsage.rss() - this.#ownAtStart);
    return USABLE_SHARE * memoryBytes - Math.max(usedBytes, this.#ownAtStart) - grown - this.#besideBytes;
  }
}

const toMib = (bytes: number): number => Math.ceil(bytes / 1024 ** 2);
