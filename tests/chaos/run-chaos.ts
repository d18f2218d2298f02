import type { Client } from "pg";
import { checkEvents } from "./checks/check-events.ts";
import { checkJobs } from "./checks/check-jobs.ts";
import { checkLeftovers } from "./checks/check-leftovers.ts";
import { checkStates } from "./checks/check-states.ts";
import { checkStore } from "./checks/check-store.ts";
import { checkWatchers } from "./checks/check-watchers.ts";
import { type Figure, none } from "./checks/figure.ts";
import { withDatabase } from "./database.ts";
import type { PlannedFault } from "./faults/fault.ts";
import { heal } from "./faults/inject-faults.ts";
import type { BrokerKind } from "./processes/system.ts";
import { createRandom } from "./random.ts";
import { type BatchSize, killBatch } from "./scenarios/batch.ts";
import { loseBroker } from "./scenarios/broker-outage.ts";
import { runFaults } from "./scenarios/faults.ts";
import { killWorkers } from "./scenarios/worker-kill.ts";
import { settle } from "./settle.ts";
import { openStage, type Stage } from "./stage.ts";

export const SCENARIOS = ["random", "worker-kill", "broker-outage", "batch"] as const;
export type Scenario = (typeof SCENARIOS)[number];

const WORKERS: Record<Scenario, number> = { random: 3, "worker-kill": 6, "broker-outage": 3, batch: 2 };

export interface ChaosOptions {
  scenario: Scenario;
  seed: number;
  /** Duration of faults and load (`random`), and of the broker's outage (`broker-outage`). */
  seconds: number;
  brokerKind: BrokerKind;
  /** Rows of `batch`, and kills while they are made. Default: 24 rows and ten kills. */
  batch?: BatchSize;
  /** Replaces random faults. */
  faults?: readonly PlannedFault[];
  /** Destination of the processes' logs at the end. Default: not copied. */
  logsTo?: string;
  signal: AbortSignal;
  print: (line: string) => void;
}

/** Runs a scenario and returns its own figures, then those that every scenario must keep. */
export async function runChaos(options: ChaosOptions): Promise<Figure[]> {
  const { brokerKind, scenario, seconds, signal, print } = options;
  const random = createRandom(options.seed);
  const workers = WORKERS[scenario];
  await using stage = await openStage({ brokerKind, random, workers, seconds, signal });
  const { system } = stage;
  try {
    print(`${scenario}: the system is up in ${system.folder}`);
    const own = await run(stage, options);
    await heal(system);
    print("settling:");
    const unmet = await settle(stage, { signal, print });
    return [...own, none("conditions not reached in time", unmet), ...(await check(stage, scenario))];
  } finally {
    if (options.logsTo !== undefined) await system.keepLogs(options.logsTo);
  }
}

function run(stage: Stage, options: ChaosOptions): Promise<Figure[]> {
  switch (options.scenario) {
    case "random":
      return runFaults(stage, options);
    case "worker-kill":
      return killWorkers(stage, options);
    case "batch":
      return killBatch(stage, options);
    default:
      return loseBroker(stage, { ...options, outageMs: options.seconds * 1_000 });
  }
}

async function check(
  { system, load, watchers, player, readers, tools }: Stage,
  scenario: Scenario,
): Promise<Figure[]> {
  return await withDatabase(system.postgres.url, async (db) => [
    // Videos of a batch are requested by its rows, not by a client.
    ...(scenario === "batch" ? [] : await checkJobs(db, load.result)),
    ...(await checkStates(db)),
    ...(await checkEvents(db, readers)),
    ...(await checkWatchers(db, watchers)),
    ...(await checkStore(db, {
      store: system.store.view,
      accepted: load.result.accepted,
      tools,
      framesOf: 8,
    })),
    none("files referenced for a player but missing", await withJobs(db, [...player.missed])),
    ...(await checkLeftovers(system)),
  ]);
}

/** Each path with the jobs of its video and when they ended, which say why files are missing. */
async function withJobs(db: Client, files: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ id: string; jobs: string }>(
    `SELECT video_id::text AS id, string_agg(concat_ws(' ', kind, status, 'cancel requested ' || cancel_requested_at::time(1), 'ended ' || ended_at::time(1)), ', ') AS jobs
     FROM jobs GROUP BY video_id`,
  );
  return files.map((file) => {
    const video = rows.find(({ id }) => file.includes(id));
    return `${file} (${video?.jobs ?? "no job"})`;
  });
}
