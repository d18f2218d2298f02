import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** A worker's metrics. Each part uses only its own (`Pick`). */
export interface WorkerMetrics {
  /** In Prometheus' text format. */
  metrics(): Promise<string>;
  contentType: string;
  /** Read at each scrape. */
  countSlots(total: number, busy: () => number): void;
  /** Read at each scrape. */
  countMemory(limitBytes: number, read: () => { reservedBytes: number; waiting: number }): void;
  attemptEnded(outcome: string, seconds: number): void;
  /** Bytes that were stored since the last call. */
  stored(sizeBytes: number): void;
  /** Bytes of a source that were read from a remote store or from its URL. */
  sourceRead(sizeBytes: number): void;
  /** A state report waits for the broker. */
  reportRetried(): void;
  /** CPU time of an ffmpeg process since the last call, and its peak memory so far. */
  ffmpegUsed(cpuSeconds: number, peakMemoryBytes: number): void;
  /** Characters of a narration. */
  narrated(usage: { spokenCharacters: number; reusedCharacters: number }): void;
}

/** The metrics of one worker process. */
export function createWorkerMetrics(): WorkerMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: "reelay_" });
  let busySlots = () => 0;
  const slots = new Gauge({
    name: "reelay_worker_slots",
    help: "Number of tasks that may run at the same time.",
    registers,
  });
  const busy = new Gauge({
    name: "reelay_worker_busy_slots",
    help: "Number of running tasks.",
    registers,
    collect() {
      busy.set(busySlots());
    },
  });
  let readMemory = () => ({ reservedBytes: 0, waiting: 0 });
  const memoryLimit = new Gauge({
    name: "reelay_worker_memory_limit_bytes",
    help: "Memory for the worker and its programs.",
    registers,
  });
  const reserved = new Gauge({
    name: "reelay_worker_memory_reserved_bytes",
    help: "Memory reserved for running programs.",
    registers,
    collect() {
      reserved.set(readMemory().reservedBytes);
    },
  });
  const waiting = new Gauge({
    name: "reelay_worker_attempts_awaiting_memory",
    help: "Number of programs of running tasks that wait for memory.",
    registers,
    collect() {
      waiting.set(readMemory().waiting);
    },
  });
  const attempts = new Counter({
    name: "reelay_worker_attempts_total",
    help: "Ended attempts.",
    labelNames: ["outcome"],
    registers,
  });
  const durations = new Histogram({
    name: "reelay_worker_attempt_duration_seconds",
    help: "Duration of attempts, from the task's arrival to the last report.",
    labelNames: ["outcome"],
    buckets: [1, 5, 15, 60, 300, 900, 3_600, 14_400],
    registers,
  });
  const stored = new Counter({
    name: "reelay_worker_stored_bytes_total",
    help: "Bytes of segments and playlists written to the store.",
    registers,
  });
  const sourceRead = new Counter({
    name: "reelay_worker_source_read_bytes_total",
    help: "Bytes of sources read from outside this machine.",
    registers,
  });
  const retries = new Counter({
    name: "reelay_worker_report_retries_total",
    help: "State reports that the broker did not accept immediately.",
    registers,
  });
  const cpu = new Counter({
    name: "reelay_worker_ffmpeg_cpu_seconds_total",
    help: "CPU time of ffmpeg processes, sampled four times a second. Linux only.",
    registers,
  });
  const memory = new Gauge({
    name: "reelay_worker_ffmpeg_peak_memory_bytes",
    help: "Peak memory of an ffmpeg process since the worker's start. Linux only.",
    registers,
  });
  const speech = new Counter({
    name: "reelay_worker_speech_characters_total",
    help: "Characters of narrations: spoken, or reused from earlier ones.",
    labelNames: ["origin"],
    registers,
  });
  let peakMemoryBytes = 0;
  // Starts at 0, since a rate needs a first value.
  for (const outcome of ["COMPLETED", "FAILED", "REJECTED", "CANCELED", "INTERRUPTED", "LEASE_LOST"]) {
    attempts.inc({ outcome }, 0);
  }
  for (const origin of ["spoken", "reused"]) speech.inc({ origin }, 0);
  return {
    contentType: registry.contentType,
    metrics: () => registry.metrics(),
    countSlots(total, read) {
      slots.set(total);
      busySlots = read;
    },
    countMemory(limitBytes, read) {
      memoryLimit.set(limitBytes);
      readMemory = read;
    },
    attemptEnded(outcome, seconds) {
      attempts.inc({ outcome });
      durations.observe({ outcome }, seconds);
    },
    stored: (sizeBytes) => stored.inc(sizeBytes),
    sourceRead: (sizeBytes) => sourceRead.inc(sizeBytes),
    reportRetried: () => retries.inc(),
    ffmpegUsed(cpuSeconds, peakBytes) {
      cpu.inc(cpuSeconds);
      peakMemoryBytes = Math.max(peakMemoryBytes, peakBytes);
      memory.set(peakMemoryBytes);
    },
    narrated({ spokenCharacters, reusedCharacters }) {
      speech.inc({ origin: "spoken" }, spokenCharacters);
      speech.inc({ origin: "reused" }, reusedCharacters);
    },
  };
}
