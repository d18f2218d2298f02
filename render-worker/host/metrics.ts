import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What a worker counts. Each part of it takes what it has to tell (`Pick`). */
export interface WorkerMetrics {
  /** Prometheus' text format. */
  metrics(): Promise<string>;
  contentType: string;
  /** Read at each scrape. */
  countSlots(total: number, busy: () => number): void;
  /** Read at each scrape. */
  countMemory(limitBytes: number, read: () => { reservedBytes: number; waiting: number }): void;
  attemptEnded(outcome: string, seconds: number): void;
  /** Bytes that were stored since the last call. */
  stored(sizeBytes: number): void;
  /** Bytes of a source that came from outside this machine: from the store, or from the address that it was given as. */
  sourceRead(sizeBytes: number): void;
  /** A state report waits for the broker. */
  reportRetried(): void;
  /** CPU time that an ffmpeg process used since the last call, and the most memory that it held so far. */
  ffmpegUsed(cpuSeconds: number, peakMemoryBytes: number): void;
}

/** The metrics of one worker process. */
export function createWorkerMetrics(): WorkerMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: "reelay_" });
  let busySlots = () => 0;
  const slots = new Gauge({
    name: "reelay_worker_slots",
    help: "Tasks that may be done at once.",
    registers,
  });
  const busy = new Gauge({
    name: "reelay_worker_busy_slots",
    help: "Tasks that are done now.",
    registers,
    collect() {
      busy.set(busySlots());
    },
  });
  let readMemory = () => ({ reservedBytes: 0, waiting: 0 });
  const memoryLimit = new Gauge({
    name: "reelay_worker_memory_limit_bytes",
    help: "Memory that the worker and its programs may use together.",
    registers,
  });
  const reserved = new Gauge({
    name: "reelay_worker_memory_reserved_bytes",
    help: "Memory that running encodes were given.",
    registers,
    collect() {
      reserved.set(readMemory().reservedBytes);
    },
  });
  const waiting = new Gauge({
    name: "reelay_worker_attempts_awaiting_memory",
    help: "Programs of running tasks that wait for memory.",
    registers,
    collect() {
      waiting.set(readMemory().waiting);
    },
  });
  const attempts = new Counter({
    name: "reelay_worker_attempts_total",
    help: "Attempts that have ended here.",
    labelNames: ["outcome"],
    registers,
  });
  const durations = new Histogram({
    name: "reelay_worker_attempt_duration_seconds",
    help: "How long attempts took, from the task to the last report.",
    labelNames: ["outcome"],
    buckets: [1, 5, 15, 60, 300, 900, 3_600, 14_400],
    registers,
  });
  const stored = new Counter({
    name: "reelay_worker_stored_bytes_total",
    help: "Bytes of segments and playlists that were written to the store.",
    registers,
  });
  const sourceRead = new Counter({
    name: "reelay_worker_source_read_bytes_total",
    help: "Bytes of sources that were read from outside this machine.",
    registers,
  });
  const retries = new Counter({
    name: "reelay_worker_report_retries_total",
    help: "State reports that the broker did not take at once.",
    registers,
  });
  const cpu = new Counter({
    name: "reelay_worker_ffmpeg_cpu_seconds_total",
    help: "CPU time of ffmpeg processes, sampled four times a second. Linux only.",
    registers,
  });
  const memory = new Gauge({
    name: "reelay_worker_ffmpeg_peak_memory_bytes",
    help: "Most memory that an ffmpeg process held since the worker's start. Linux only.",
    registers,
  });
  let peakMemoryBytes = 0;
  // There from the start, as 0: a rate needs a first value.
  for (const outcome of ["COMPLETED", "FAILED", "REJECTED", "CANCELED", "INTERRUPTED", "LEASE_LOST"]) {
    attempts.inc({ outcome }, 0);
  }
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
  };
}
