import { setTimeout as delay } from "node:timers/promises";
import { type Figure, told } from "../checks/figure.ts";
import type { PlannedFault } from "../faults/fault.ts";
import { injectFaults } from "../faults/inject-faults.ts";
import { republish } from "../load/republisher.ts";
import type { Random } from "../random.ts";
import type { Stage } from "../stage.ts";

export interface RandomOptions {
  faults: readonly PlannedFault[];
  durationMs: number;
  /** Videos that may be under way at once, so that the machine keeps up. */
  maxOpen: number;
  random: Random;
  signal: AbortSignal;
  print: (line: string) => void;
}

/** Load, faults and repeated deliveries, all at once. */
export async function runFaults(stage: Stage, options: RandomOptions): Promise<Figure[]> {
  const { faults, durationMs, random, signal, print } = options;
  const over = new AbortController();
  const untilOver = AbortSignal.any([signal, over.signal]);
  await using copies = await republish({
    brokerAddress: stage.system.brokerAddress,
    random: random.fork("copies"),
    signal: untilOver,
  });
  const submitting = keepSubmitting(stage, options, untilOver);
  try {
    await Promise.all([
      injectFaults(stage.system, faults, { signal, print }),
      delay(durationMs, undefined, { signal }),
    ]);
  } finally {
    over.abort();
    await submitting;
  }
  return [
    told("faults injected", faults.length),
    told("requests that had to be made again", stage.pool.repeats),
    told("messages delivered again, late and out of order", copies.copies),
  ];
}

async function keepSubmitting(
  { load, watchers }: Stage,
  { random, maxOpen }: RandomOptions,
  signal: AbortSignal,
): Promise<void> {
  const pace = random.fork("pace");
  while (!signal.aborted) {
    const open = [...watchers.seen.values()].filter(
      ({ status }) => status !== "READY" && status !== "FAILED",
    );
    if (open.length < maxOpen) load.begin();
    await delay(pace.int(300, 2_000), undefined, { signal }).catch(() => undefined);
  }
}
