import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { createDatabaseGauges } from "./database-gauges.ts";
import { createPlaybackMetrics, type Measurement } from "./playback-metrics.ts";
import { readSystemState } from "./read-system-state.ts";

/** Counters of an API process. Each part uses only its own (`Pick`). */
export interface Metrics {
  /** Prometheus' text format. Never rejects, and does not wait long for a database that is away. */
  metrics(): Promise<string>;
  contentType: Registry["contentType"];

  jobCreated(priority: string): void;
  /** An attempt's end was written to the database. */
  attemptEnded(outcome: string): void;
  /** The sweeper reclaimed a lease. */
  leaseReclaimed(): void;
  /** A report created at this time was applied. */
  reportApplied(type: string, madeAt: string): void;
  /** Progress that a worker reported at this time went out to viewers. */
  progressDelivered(madeAt: string): void;
  uploadReceived(sizeBytes: number): void;
  /** The scrub has looked at a video. */
  scrubbed(objects: number, bytesRead: number): void;
  /** A stored object differs from its output. */
  damageFound(code: string): void;
  /** `type` is the operation's, or `invalid` if there is none. */
  graphqlAnswered(
    type: "query" | "mutation" | "subscription" | "invalid",
    isOk: boolean,
    seconds: number,
  ): void;
  /** A request was refused because of overload. */
  requestShed(reason: string): void;
  /** A request to a webhook's receiver has ended. */
  webhookAttempted(result: "taken" | "retried" | "given-up", seconds: number): void;
  /** This process has ended a launch. */
  launchEnded(target: string, code: string): void;
  /** A player reported a QoE measurement. */
  playbackMeasured(measurement: Measurement): void;
  /** Called at each scrape: connected subscribers by kind. */
  countSubscribers(kinds: Readonly<Record<string, () => number>>): void;
  /** Read at each scrape: how many operations are in which state. */
  countOperations(states: Readonly<Record<string, () => number>>): void;
}

/** From the time that a worker wrote down to now. Clocks differ a little: never less than 0. */
const secondsSince = (madeAt: string): number => Math.max(0, Date.now() - Date.parse(madeAt)) / 1_000;

const lagBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300];

/**
 * The metrics of this process, and those of the whole system from the database.
 *
 * @param maxRunningTasks the limit of workspaces without one of their own; default: unlimited
 */
export function createMetrics(db: PrismaClient, maxRunningTasks: number | null = null): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: "reelay_" });
  const database = createDatabaseGauges(registry, () => readSystemState(db, maxRunningTasks));
  const jobs = new Counter({
    name: "reelay_jobs_created_total",
    help: "Jobs that were accepted here.",
    labelNames: ["priority"],
    registers,
  });
  const attempts = new Counter({
    name: "reelay_attempts_total",
    help: "Attempts whose end was applied here.",
    labelNames: ["outcome"],
    registers,
  });
  const reclaimed = new Counter({
    name: "reelay_leases_reclaimed_total",
    help: "Leases that this process reclaimed: expired, or without an answer to a cancel.",
    registers,
  });
  const reportLag = new Histogram({
    name: "reelay_report_lag_seconds",
    help: "From a worker's report to its application in the database, by this process.",
    labelNames: ["type"],
    buckets: lagBuckets,
    registers,
  });
  const progressLag = new Histogram({
    name: "reelay_progress_lag_seconds",
    help: "From a worker's progress report to its delivery to this process's viewers.",
    buckets: lagBuckets,
    registers,
  });
  const uploaded = new Counter({
    name: "reelay_upload_received_bytes_total",
    help: "Bytes of uploads that were completed here.",
    registers,
  });
  const scrubbedObjects = new Counter({
    name: "reelay_scrubbed_objects_total",
    help: "Stored objects that were compared with what was made.",
    registers,
  });
  const scrubbedBytes = new Counter({
    name: "reelay_scrubbed_bytes_total",
    help: "Bytes read for these comparisons.",
    registers,
  });
  const damages = new Counter({
    name: "reelay_damages_found_total",
    help: "Stored objects found missing or damaged.",
    labelNames: ["code"],
    registers,
  });
  const requests = new Counter({
    name: "reelay_graphql_requests_total",
    help: "GraphQL operations that were answered here.",
    labelNames: ["type", "result"],
    registers,
  });
  const durations = new Histogram({
    name: "reelay_graphql_request_duration_seconds",
    help: "How long queries and mutations took.",
    labelNames: ["type"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const shed = new Counter({
    name: "reelay_requests_shed_total",
    help: "Requests refused because of overload.",
    labelNames: ["reason"],
    registers,
  });
  const webhooks = new Histogram({
    name: "reelay_webhook_attempt_duration_seconds",
    help: "How long requests to receivers of webhooks took, by what came of the delivery.",
    labelNames: ["result"],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30],
    registers,
  });
  const launches = new Counter({
    name: "reelay_launches_ended_total",
    help: "Launches that this process has ended, by their target and code.",
    labelNames: ["target", "code"],
    registers,
  });
  const playbackMeasured = createPlaybackMetrics(registers);
  const subscriberKinds: Record<string, () => number> = {};
  const subscribers = new Gauge({
    name: "reelay_subscribers",
    help: "Clients of this process that are subscribed to changes.",
    labelNames: ["kind"],
    registers,
    collect() {
      for (const [kind, count] of Object.entries(subscriberKinds)) subscribers.set({ kind }, count());
    },
  });
  const operationStates: Record<string, () => number> = {};
  const operations = new Gauge({
    name: "reelay_graphql_operations",
    help: "GraphQL operations of this process that run or wait.",
    labelNames: ["state"],
    registers,
    collect() {
      for (const [state, count] of Object.entries(operationStates)) operations.set({ state }, count());
    },
  });
  // There from the start, as 0: a rate needs a first value.
  for (const outcome of ["COMPLETED", "FAILED", "REJECTED", "CANCELED", "INTERRUPTED", "LOST"]) {
    attempts.inc({ outcome }, 0);
  }

  return {
    contentType: registry.contentType,
    async metrics() {
      await database.refresh();
      return await registry.metrics();
    },
    jobCreated: (priority) => jobs.inc({ priority }),
    attemptEnded: (outcome) => attempts.inc({ outcome }),
    leaseReclaimed: () => reclaimed.inc(),
    reportApplied: (type, madeAt) => reportLag.observe({ type }, secondsSince(madeAt)),
    progressDelivered: (madeAt) => progressLag.observe(secondsSince(madeAt)),
    uploadReceived: (sizeBytes) => uploaded.inc(sizeBytes),
    scrubbed(objects, bytesRead) {
      scrubbedObjects.inc(objects);
      scrubbedBytes.inc(bytesRead);
    },
    damageFound: (code) => damages.inc({ code }),
    graphqlAnswered(type, isOk, seconds) {
      requests.inc({ type, result: isOk ? "ok" : "error" });
      if (type === "query" || type === "mutation") durations.observe({ type }, seconds);
    },
    requestShed: (reason) => shed.inc({ reason }),
    webhookAttempted: (result, seconds) => webhooks.observe({ result }, seconds),
    launchEnded: (target, code) => launches.inc({ target, code }),
    playbackMeasured,
    countSubscribers: (kinds) => void Object.assign(subscriberKinds, kinds),
    countOperations: (states) => void Object.assign(operationStates, states),
  };
}
