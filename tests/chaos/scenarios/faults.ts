import { setTimeout as delay } from "node:timers/promises";
import { type Figure, info } from "../checks/figure.ts";
import { describeFault, type PlannedFault } from "../faults/fault.ts";
import { injectFaults } from "../faults/inject-faults.ts";
import { planFaults } from "../faults/plan-faults.ts";
import { republish } from "../load/republisher.ts";
import { createRandom, type Random } from "../random.ts";
import type { Stage } from "../stage.ts";

export interface FaultsOptions {
  seed: number;
  seconds: number;
  /** Replaces random faults. */
  faults?: readonly PlannedFault[];
  signal: AbortSignal;
  print: (line: string) => void;
}

/** Maximum number of concurrent videos, so that a small machine keeps up. */
const MAX_OPEN = 12;

/** Load, faults and redeliveries, all at once. */
export async function runFaults(stage: Stage, options: FaultsOptions): Promise<Figure[]> {
  const { seed, seconds, signal, print } = options;
  const { system, pool } = stage;
  const random = createRandom(seed);
  const durationMs = seconds * 1_000;
  const { whyNotSmall } = system.store;
  const faults =
    options.faults ??
    planFaults(random.fork("faults"), {
      durationMs,
      apis: system.apis.map(({ name }) => name),
      workers: system.workers.map(({ name }) => name),
      links: system.links.map(({ name }) => name),
      canFill: whyNotSmall === undefined,
    });
  print(`schedule of seed ${seed}:\n${faults.map(describeFault).join("\n")}\nrun:`);
  if (whyNotSmall !== undefined) print(`  not run: store full, because ${whyNotSmall}`);

  const over = new AbortController();
  const untilOver = AbortSignal.any([signal, over.signal]);
  const copies = await republish({
    brokerAddress: system.brokerAddress,
    random: random.fork("copies"),
    signal: untilOver,
  });
  // At least one in parts, whatever the seed.
  const clip = stage.clips.find(({ isSplit }) => isSplit);
  if (clip !== undefined) stage.load.track(stage.load.submit({ clip }));
  const submitting = keepSubmitting(stage, random.fork("pace"), untilOver);
  try {
    await Promise.all([
      injectFaults(system, faults, { signal, print }),
      delay(durationMs, undefined, { signal }),
    ]);
  } finally {
    over.abort();
    await submitting;
    await copies[Symbol.asyncDispose]();
  }
  return [
    info("faults injected", faults.length),
    info("faults not possible on this machine", whyNotSmall === undefined ? 0 : 1),
    info("repeated requests", pool.repeats),
    info("longest wait for an answer, seconds", pool.longestWaitMs / 1_000),
    info("messages redelivered late and out of order", copies.copies),
  ];
}

async function keepSubmitting({ load, watchers }: Stage, pace: Random, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const open = [...watchers.seen.values()].filter(
      ({ status }) => status !== "READY" && status !== "FAILED",
    );
    if (open.length < MAX_OPEN) load.begin();
    await delay(pace.int(300, 2_000), undefined, { signal }).catch(() => undefined);
  }
}
