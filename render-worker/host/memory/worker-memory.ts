import { memoryUsage } from "node:process";
import { MemoryBudget } from "./memory-budget.ts";
import { NeedsMoreMemoryError } from "./needs-more-memory.ts";
import type { Limits } from "./read-limits.ts";

/** Of the limit, what everything together may reach: the rest is for what nobody foresees, and for the kernel's page cache. */
const usableShare = 0.85;
/** What the worker itself may grow by: of each task 24 MiB of its source and segments on their way to the store. */
const ownBytes = { always: 32 * 1024 ** 2, perSlot: 32 * 1024 ** 2 };
/** A worker's memory: who may have how much, and what tasks turn out to need. */
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

  /** Throws `NeedsMoreMemoryError` when another worker has found out that the task needs more than there is here: nothing is tried. */
  assertLarge(needsMemoryBytes = 0): void {
    const { memoryBytes } = this.limits;
    if (needsMemoryBytes <= memoryBytes) return;
    throw new NeedsMoreMemoryError(
      needsMemoryBytes,
      `The task needs a worker with ${toMib(needsMemoryBytes)} MiB of memory, as another one found out; this one may use ${toMib(memoryBytes)} MiB. It goes to a larger one.`,
    );
  }

  /** Throws `NeedsMoreMemoryError` when a program that has shown to need so much could never have it here. */
  assertFits(bytes: number, what: string): void {
    if (bytes > this.budget.capacityBytes) throw this.tooLarge(bytes, what);
  }

  /** What a task throws that needs more than this worker ever has. */
  tooLarge(neededBytes: number, what: string): NeedsMoreMemoryError {
    const { memoryBytes } = this.limits;
    const own = memoryUsage.rss() + this.#besideBytes;
    // Where others use much of the machine it is too small although its size is not.
    const needs = Math.max(Math.ceil((neededBytes + own) / usableShare), memoryBytes + 1);
    return new NeedsMoreMemoryError(
      needs,
      `The task needs a worker with ${toMib(needs)} MiB of memory ${what}; this one may use ${toMib(memoryBytes)} MiB, ` +
        `${toMib(this.budget.capacityBytes)} MiB of them for ffmpeg. It goes to a larger one.`,
    );
  }

  /** What there is for programs when none runs. What others used at the worker's start they are believed to need on. */
  #capacityBytes(): number {
    const { memoryBytes, usedBytes } = this.limits;
    const grown = Math.max(0, memoryUsage.rss() - this.#ownAtStart);
    return usableShare * memoryBytes - Math.max(usedBytes, this.#ownAtStart) - grown - this.#besideBytes;
  }
}

const toMib = (bytes: number): number => Math.ceil(bytes / 1024 ** 2);
