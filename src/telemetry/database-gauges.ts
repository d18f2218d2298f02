import { Gauge, type Registry } from "prom-client";
import { JobPriority, Pool } from "../../prisma/generated/enums.ts";
import type { SystemState } from "./read-system-state.ts";

/** Maximum age of values: any number of scrapers costs the database one read in this time. */
const MAX_AGE_MS = 2_000;
/** Time that a scrape waits for the database. */
const TIMEOUT_MS = 2_000;

const priorities = Object.values(JobPriority);
const pools = Object.values(Pool);

/**
 * Gauges from the database. `refresh` is called before each scrape and never rejects. While the database is
 * unavailable or too slow, `reelay_database_up` is 0 and the other gauges are absent, so that stale values
 * are not mistaken for current ones.
 */
export function createDatabaseGauges(registry: Registry, readState: () => Promise<SystemState>) {
  const registers = [registry];
  const up = new Gauge({
    name: "reelay_database_up",
    help: "1 if the database answered this scrape.",
    registers,
  });
  const tasks = new Gauge({
    name: "reelay_tasks",
    help: "Tasks that wait or run.",
    labelNames: ["pool", "status", "priority"],
    registers,
  });
  const oldest = new Gauge({
    name: "reelay_oldest_queued_task_age_seconds",
    help: "How long the task that has waited longest could have been taken; 0 when none waits.",
    labelNames: ["pool", "priority"],
    registers,
  });
  const outbox = new Gauge({
    name: "reelay_outbox_messages",
    help: "Messages that are decided on and not sent yet, those of a later time included.",
    registers,
  });
  const outboxLag = new Gauge({
    name: "reelay_outbox_lag_seconds",
    help: "How long the oldest message that is due has waited to be sent; 0 when none is due.",
    registers,
  });
  const webhooks = new Gauge({
    name: "reelay_webhook_deliveries",
    help: "Messages for receivers of webhooks that were not taken yet, those of a later time included.",
    registers,
  });
  const webhookLag = new Gauge({
    name: "reelay_webhook_lag_seconds",
    help: "How long the message for a receiver that is due has waited longest; 0 when none is due.",
    registers,
  });
  const workers = new Gauge({
    name: "reelay_workers",
    help: "Workers, by how they are.",
    labelNames: ["pool", "state"],
    registers,
  });
  const slots = new Gauge({
    name: "reelay_pool_slots",
    help: "Tasks that living workers may do at once.",
    labelNames: ["pool"],
    registers,
  });
  const busy = new Gauge({
    name: "reelay_pool_busy_slots",
    help: "Tasks that living workers do.",
    labelNames: ["pool"],
    registers,
  });

  const wanted = new Gauge({
    name: "reelay_wanted_workers",
    help: "Workers that the queue wants now: what `GET /scaling` says.",
    labelNames: ["pool"],
    registers,
  });

  const launches = new Gauge({
    name: "reelay_launches",
    help: "Machines that are planned, start or run, by the target where they are rented.",
    labelNames: ["target", "status"],
    registers,
  });
  const circuits = new Gauge({
    name: "reelay_launch_circuit_open",
    help: "1 while a target starts no machine because it failed.",
    labelNames: ["target"],
    registers,
  });

  function show(state: SystemState | undefined): void {
    for (const gauge of [tasks, oldest, workers, slots, busy, wanted, launches, circuits]) gauge.reset();
    // `reset` would leave these at 0, which would be a statement.
    for (const gauge of [outbox, outboxLag, webhooks, webhookLag]) gauge.remove();
    up.set(state === undefined ? 0 : 1);
    if (state === undefined) return;
    // All series exist from the start with 0: a missing series cannot trigger an alert.
    for (const pool of pools) {
      for (const priority of priorities) {
        oldest.set({ pool, priority }, 0);
        for (const status of ["QUEUED", "RUNNING"]) tasks.set({ pool, status, priority }, 0);
      }
      for (const status of ["alive", "stopping", "silent"]) workers.set({ pool, state: status }, 0);
      slots.set({ pool }, 0);
      busy.set({ pool }, 0);
    }
    for (const { pool, status, priority, count, ageSeconds } of state.tasks) {
      tasks.set({ pool, status, priority }, count);
      if (status === "QUEUED") oldest.set({ pool, priority }, ageSeconds);
    }
    for (const row of state.workers) {
      workers.set({ pool: row.pool, state: row.state }, row.count);
      if (row.state !== "alive") continue;
      slots.set({ pool: row.pool }, row.slots);
      busy.set({ pool: row.pool }, row.busy);
    }
    for (const { pool, wantedWorkers } of state.scaling.pools) wanted.set({ pool }, wantedWorkers);
    for (const { target, isOpen } of state.launches.targets) {
      for (const status of ["PLANNED", "STARTING", "RUNNING"]) launches.set({ target, status }, 0);
      circuits.set({ target }, isOpen ? 1 : 0);
    }
    for (const { target, status, count } of state.launches.open) launches.set({ target, status }, count);
    outbox.set(state.outbox.count);
    outboxLag.set(state.outbox.lagSeconds);
    webhooks.set(state.webhooks.count);
    webhookLag.set(state.webhooks.lagSeconds);
  }

  let reading: Promise<void> | undefined;
  let shownAt = Number.NEGATIVE_INFINITY;

  /** One read at a time. A slow one continues after its scrapes gave up, and later scrapes do not join it. */
  function read(): Promise<void> {
    reading ??= readState()
      .then(show, () => show(undefined))
      .finally(() => {
        shownAt = performance.now();
        reading = undefined;
      });
    return reading;
  }

  return {
    async refresh(): Promise<void> {
      if (performance.now() - shownAt < MAX_AGE_MS) return;
      const { promise: late, resolve } = Promise.withResolvers<"late">();
      const timer = setTimeout(() => resolve("late"), TIMEOUT_MS);
      const end = await Promise.race([read(), late]);
      clearTimeout(timer);
      if (end === "late") show(undefined);
    },
  };
}
