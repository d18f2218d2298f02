import type { WorkerMemory } from "../../../host/index.ts";
import type { PlannedRung } from "../../../media/ladder/index.ts";
import type { NeededSource, Threads } from "../../../media/needs/index.ts";
import { NeedCorrection } from "./need-correction.ts";
import { type Fit, planFit } from "./plan-fit.ts";
import { planThreads } from "./plan-threads.ts";

/**
 * A task that was killed once for lack of memory may be retried in the smallest way, alone. Each further kill
 * counts, on any worker.
 */
const KILLS_THAT_MAY_BE_CHANCE = 1;

interface MemoryWork {
  source: NeededSource;
  rungs: readonly PlannedRung[];
  withAudio: boolean;
  /** How often the task ran out of memory before. */
  outOfMemory: number;
}

/** A plan that fits, with its reserved memory. */
export interface ReservedFit extends Fit<PlannedRung & { encoder: string }> {
  bytes: number;
  /** Key of its correction. */
  kind: string;
  /** Absent: ffmpeg's defaults. */
  givenThreads?: Threads;
}

/** Fits renders into a worker's memory, and learns their real usage. */
export class RenderMemory {
  readonly #correction = new NeedCorrection();

  /** Throws `NeedsMoreMemoryError` if the work does not fit into the worker's memory even alone. */
  plan(memory: WorkerMemory, { source, rungs, withAudio, outOfMemory }: MemoryWork): ReservedFit {
    const { budget, limits } = memory;
    const { capacityBytes } = budget;
    const withEncoders = rungs.map((rung) => ({ ...rung, encoder: rung.codec }));
    const kind = [...new Set(rungs.map(({ codec }) => codec))].toSorted().join("+");
    const correction = this.#correction.factor(kind) * 2 ** outOfMemory;
    const natural = planThreads(limits.cpus);
    // Other renders' usage can make it wait until it runs alone, but not leave this worker.
    const leastCorrection = 2 ** Math.max(0, outOfMemory - KILLS_THAT_MAY_BE_CHANCE);
    const request = { source, withAudio, capacityBytes, correction, leastCorrection };
    const found = planFit({ ...request, rungs: withEncoders, threads: natural });
    if ("neededBytes" in found) throw memory.tooLarge(found.neededBytes, "even one rung at a time");
    const { fit } = found;
    const isNatural = fit.threads.encode === natural.encode && limits.cpus === limits.machineCpus;
    return {
      ...fit,
      bytes: Math.min(capacityBytes, Math.ceil(fit.estimatedBytes * correction)),
      kind,
      ...(!isNatural && { givenThreads: fit.threads }),
    };
  }

  /** Learns from the peak memory of a plan's ffmpeg. */
  learn({ kind, estimatedBytes }: ReservedFit, measuredBytes: number): void {
    this.#correction.learn(kind, estimatedBytes, measuredBytes);
  }
}
