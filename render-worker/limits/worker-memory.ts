import { memoryUsage } from "node:process";
import type { PlannedRung } from "../ladder/plan-ladder.ts";
import type { NeedInput, Threads } from "./estimate-need.ts";
import { MemoryBudget } from "./memory-budget.ts";
import { NeedCorrection } from "./need-correction.ts";
import { NeedsMoreMemoryError } from "./needs-more-memory.ts";
import { type Fit, planFit } from "./plan-fit.ts";
import { planThreads } from "./plan-threads.ts";
import type { Limits } from "./read-limits.ts";

/** Of the limit, what everything together may reach: the rest is for what nobody foresees, and for the kernel's page cache. */
const usableShare = 0.85;
/** For what runs beside an encode: ffprobe, posters, segments on their way to the store. */
const besideBytes = 64 * 1024 ** 2;

export interface MemoryWork {
  source: NeedInput["source"];
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

  constructor(limits: Limits) {
    this.limits = limits;
    this.budget = new MemoryBudget(() => this.#capacityBytes());
  }

  /** Throws `NeedsMoreMemoryError`. */
  plan({ source, rungs, withAudio, outOfMemory }: MemoryWork): ReservedFit {
    const { capacityBytes } = this.budget;
    const withEncoders = rungs.map((rung) => ({ ...rung, encoder: rung.codec }));
    const kind = [...new Set(rungs.map(({ codec }) => codec))].toSorted().join("+");
    const correction = this.#correction.factor(kind) * 2 ** outOfMemory;
    const natural = planThreads(this.limits.cpus);
    const request = { source, withAudio, capacityBytes, correction };
    const found = planFit({ ...request, rungs: withEncoders, threads: natural });
    if ("neededBytes" in found) throw this.#tooLarge(found.neededBytes);
    const { fit } = found;
    const isNatural = fit.threads.encode === natural.encode && this.limits.cpus === this.limits.machineCpus;
    return {
      ...fit,
      bytes: Math.ceil(fit.estimatedBytes * correction),
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

  /** What the programs of a plan held at most. */
  learn({ kind, estimatedBytes }: ReservedFit, measuredBytes: number): void {
    this.#correction.learn(kind, estimatedBytes, measuredBytes);
  }

  /** What there is for programs when none runs. What others used at the worker's start they are believed to need on. */
  #capacityBytes(): number {
    const { memoryBytes, usedBytes } = this.limits;
    const grown = Math.max(0, memoryUsage.rss() - this.#ownAtStart);
    return usableShare * memoryBytes - Math.max(usedBytes, this.#ownAtStart) - grown - besideBytes;
  }

  #tooLarge(neededBytes: number): NeedsMoreMemoryError {
    const { memoryBytes } = this.limits;
    const own = memoryUsage.rss() + besideBytes;
    // Where others use much of the machine it is too small although its size is not.
    const needs = Math.max(Math.ceil((neededBytes + own) / usableShare), memoryBytes + 1);
    return new NeedsMoreMemoryError(
      needs,
      `The task needs a worker with ${toMib(needs)} MiB of memory even rung by rung; this one may use ${toMib(memoryBytes)} MiB, ` +
        `${toMib(this.budget.capacityBytes)} MiB of them for ffmpeg. It goes to a larger one.`,
    );
  }
}

const toMib = (bytes: number): number => Math.ceil(bytes / 1024 ** 2);
