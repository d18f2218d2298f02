import type { WorkerMemory } from "../../../host/index.ts";
import type { PlannedRung } from "../../../media/ladder/index.ts";
import type { NeededSource, Threads } from "../../../media/needs/index.ts";
import { NeedCorrection } from "./need-correction.ts";
import { type Fit, planFit } from "./plan-fit.ts";
import { planThreads } from "./plan-threads.ts";

/** Killed once for lack of memory, a task may be tried again in the smallest way, alone. From then on each kill counts, here and elsewhere. */
const killsThatMayBeChance = 1;

interface MemoryWork {
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

/** Fits renders into a worker's memory, and learns what they turn out to need. */
export class RenderMemory {
  readonly #correction = new NeedCorrection();

  /** Throws `NeedsMoreMemoryError` when the work does not fit into the worker's memory even alone. */
  plan(memory: WorkerMemory, { source, rungs, withAudio, outOfMemory }: MemoryWork): ReservedFit {
    const { budget, limits } = memory;
    const { capacityBytes } = budget;
    const withEncoders = rungs.map((rung) => ({ ...rung, encoder: rung.codec }));
    const kind = [...new Set(rungs.map(({ codec }) => codec))].toSorted().join("+");
    const correction = this.#correction.factor(kind) * 2 ** outOfMemory;
    const natural = planThreads(limits.cpus);
    // What others needed makes it wait until it is alone, and never go.
    const leastCorrection = 2 ** Math.max(0, outOfMemory - killsThatMayBeChance);
    const request = { source, withAudio, capacityBytes, correction, leastCorrection };
    const found = planFit({ ...request, rungs: withEncoders, threads: natural });
    if ("neededBytes" in found) throw memory.tooLarge(found.neededBytes, "even rung by rung");
    const { fit } = found;
    const isNatural = fit.threads.encode === natural.encode && limits.cpus === limits.machineCpus;
    return {
      ...fit,
      bytes: Math.min(capacityBytes, Math.ceil(fit.estimatedBytes * correction)),
      kind,
      ...(!isNatural && { givenThreads: fit.threads }),
    };
  }

  /** Takes the peak memory of a plan's ffmpeg into account. */
  learn({ kind, estimatedBytes }: ReservedFit, measuredBytes: number): void {
    this.#correction.learn(kind, estimatedBytes, measuredBytes);
  }
}
