import { type ProcessUsage, readProcessUsage } from "../ffmpeg/process-usage.ts";
import type { WorkerMetrics } from "../metrics.ts";

/** Counts what an encode uses and stores while it runs, so that long ones are seen before their end. */
export class UsageMeter {
  readonly #metrics: Pick<WorkerMetrics, "stored" | "ffmpegUsed"> | undefined;
  readonly #storedBytes: () => number;
  #counted = 0;
  #pid: number | null = null;
  #last: ProcessUsage = { cpuSeconds: 0, memoryBytes: 0, peakMemoryBytes: 0 };

  constructor(metrics: Pick<WorkerMetrics, "stored" | "ffmpegUsed"> | undefined, storedBytes: () => number) {
    this.#metrics = metrics;
    this.#storedBytes = storedBytes;
  }

  follow(pid: number): void {
    this.#pid = pid;
  }

  async read(): Promise<void> {
    if (this.#metrics === undefined) return;
    this.readStored();
    const usage = this.#pid === null ? null : await readProcessUsage(this.#pid);
    // The first look may come before the program has taken its process over: never backwards.
    if (usage === null || usage.cpuSeconds < this.#last.cpuSeconds) return;
    this.#metrics.ffmpegUsed(usage.cpuSeconds - this.#last.cpuSeconds, usage.peakMemoryBytes);
    this.#last = usage;
  }

  readStored(): void {
    const now = this.#storedBytes();
    this.#metrics?.stored(Math.max(0, now - this.#counted));
    this.#counted = now;
  }
}
