import { checkEvents } from "./checks/check-events.ts";
import { checkJobs } from "./checks/check-jobs.ts";
import { checkLeftovers } from "./checks/check-leftovers.ts";
import { checkStates } from "./checks/check-states.ts";
import { checkStore } from "./checks/check-store.ts";
import { checkWatchers } from "./checks/check-watchers.ts";
import { type Figure, none } from "./checks/figure.ts";
import { withDatabase } from "./database.ts";
import { describeFault, type PlannedFault } from "./faults/fault.ts";
import { planFaults } from "./faults/plan-faults.ts";
import type { BrokerKind } from "./processes/system.ts";
import { createRandom } from "./random.ts";
import type { Report } from "./report.ts";
import { runFaults } from "./scenarios/random.ts";
import { settle } from "./settle.ts";
import { openStage, type Stage } from "./stage.ts";

export interface ChaosOptions {
  seed: number;
  /** How long faults and load last. */
  seconds: number;
  brokerKind: BrokerKind;
  /** Instead of faults by chance. */
  faults?: readonly PlannedFault[];
  signal: AbortSignal;
  print: (line: string) => void;
}

/** Brings up a system of real processes, lets things go wrong, leaves it in peace, and counts. Nothing is left of it afterwards. */
export async function runChaos(options: ChaosOptions): Promise<Report> {
  const { seed, seconds, signal, print } = options;
  const random = createRandom(seed);
  await using stage = await openStage({ brokerKind: options.brokerKind, random, seconds, signal });
  const { system } = stage;
  print(`system is up: ${system.folder}`);
  if (system.store.whyNotSmall !== undefined)
    print(`the store cannot be filled: ${system.store.whyNotSmall}`);
  const durationMs = seconds * 1_000;
  const faults =
    options.faults ??
    planFaults(random.fork("faults"), {
      durationMs,
      apis: system.apis.map(({ name }) => name),
      workers: system.workers.map(({ name }) => name),
      links: system.links.map(({ name }) => name),
      canFill: system.store.whyNotSmall === undefined,
    });
  print(`schedule of seed ${seed}:\n${faults.map(describeFault).join("\n")}\nrun:`);
  const told = await runFaults(stage, { faults, durationMs, maxOpen: 12, random, signal, print });
  print("in peace:");
  const inVain = await settle(stage, { timeoutMs: 180_000, signal, print });
  const figures = [...told, none("waits that were in vain", inVain), ...(await check(stage))];
  return { seed, figures, isKept: figures.every(({ isKept }) => isKept) };
}

async function check({ system, load, watchers, readers, tools }: Stage): Promise<Figure[]> {
  return await withDatabase(system.postgres.url, async (db) => [
    ...(await checkJobs(db, load.result)),
    ...(await checkStates(db)),
    ...(await checkEvents(db, readers)),
    ...(await checkWatchers(db, watchers)),
    ...(await checkStore(db, {
      store: system.store.view,
      accepted: load.result.accepted,
      tools,
      framesOf: 20,
    })),
    ...(await checkLeftovers(system)),
  ]);
}
