import { memoryUsage } from "node:process";
import { NeedCorrection } from "../../kinds/transcode/capacity/need-correction.ts";
import { type Fit, planFit } from "../../kinds/transcode/capacity/plan-fit.ts";
import { planThreads } from "../../kinds/transcode/capacity/plan-threads.ts";
import type { PlannedRung } from "../../media/ladder/plan-ladder.ts";
import type { NeededSource, Threads } from "../../media/needs/estimate-need.ts";
import { MemoryBudget } from "./memory-budget.ts";
import { NeedsMoreMemoryError } from "./needs-more-memory.ts";
import type { Limits } from "./read-limits.ts";

/** Of the limit, what everything together may reach: the rest is for what nobody foresees, and for the kernel's page cache. */
const usableShare = 0.85;
/** What the worker itself may grow by: of each task 24 MiB of its source and segments on their way to the store. */
const ownBytes = { always: 32 * 1024 ** 2, perSlot: 32 * 1024 ** 2 };
/** Killed once for lack of memory, a task may be tried again in the smallest way, alone. From then on each kill counts, here and elsewhere. */
const killsThatMayBeChance = 1;

export interface MemoryWork {
  source: NeededSource;
  rungs: readonly PlannedRung[];
  withAudio: boolean;
  /** How often the task ran out of memory before. */
  outOfMemory: number;
}

/** A way that fits, with the memory to reserve for it. */
export interface ReservedFit extends Fit<PlannedRung & { encoder: string }> {
  bytes: number;
  /** What its correction is kept under. */
  kind: string;
  /** Absent: what ffmpeg takes by itself. */
  givenThreads?: Threads;
}

/** A worker's memory: who may have how much, and what tasks turn out to need. */
export class WorkerMemory {
  readonly limits: Limits;
  readonly budget: MemoryBudget;
  readonly #correction = new NeedCorrection();
  readonly #ownAtStart = memoryUsage.rss();
  readonly #besideBytes: number;

  constructor(limits: Limits, slots: number) {
    this.limits = limits;
    this.#besideBytes = ownBytes.always + slots * ownBytes.perSlot;
    this.budget = new MemoryBudget(() => this.#capacityBytes());
  }

  /** Throws `NeedsMoreMemoryError` when the work does not fit although it were alone here. */
  plan({ source, rungs, withAudio, outOfMemory }: MemoryWork): ReservedFit {
    const { capacityBytes } = this.budget;
    const withEncoders = rungs.map((rung) => ({ ...rung, encoder: rung.codec }));
    const kind = [...new Set(rungs.map(({ codec }) => codec))].toSorted().join("+");
    const correction = this.#correction.factor(kind) * 2 ** outOfMemory;
    const natural = planThreads(this.limits.cpus);
    // What others needed makes it wait until it is alone, and never go.
    const leastCorrection = 2 ** Math.max(0, outOfMemory - killsThatMayBeChance);
    const request = { source, withAudio, capacityBytes, correction, leastCorrection };
    const found = planFit({ ...request, rungs: withEncoders, threads: natural });
    if ("neededBytes" in found) throw this.#tooLarge(found.neededBytes, "even rung by rung");
    const { fit } = found;
    const isNatural = fit.threads.encode === natural.encode && this.limits.cpus === this.limits.machineCpus;
    return {
      ...fit,
      bytes: Math.min(capacityBytes, Math.ceil(fit.estimatedBytes * correction)),
      kind,
      ...(!isNatural && { givenThreads: fit.threads }),
    };
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
    if (bytes > this.budget.capacityBytes) throw this.#tooLarge(bytes, what);
  }

  /** What the ffmpeg of a plan held at most. */
  learn({ kind, estimatedBytes }: ReservedFit, measuredBytes: number): void {
    this.#correction.learn(kind, estimatedBytes, measuredBytes);
  }

  /** What there is for programs when none runs. What others used at the worker's start they are believed to need on. */
  #capacityBytes(): number {
    const { memoryBytes, usedBytes } = this.limits;
    const grown = Math.max(0, memoryUsage.rss() - this.#ownAtStart);
    return usableShare * memoryBytes - Math.max(usedBytes, this.#ownAtStart) - grown - this.#besideBytes;
  }

  #tooLarge(neededBytes: number, what: string): NeedsMoreMemoryError {
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
}

const toMib = (bytes: number): number => Math.ceil(bytes / 1024 ** 2);
