import type { WorkerMetrics } from "../../../host/index.ts";
import { currentUsage } from "../../../programs/index.ts";

/** Counts what an attempt's programs use and what it stores while it encodes, so that long encodes are seen before their end. */
export class UsageMeter {
  readonly #metrics: Pick<WorkerMetrics, "stored" | "ffmpegUsed"> | undefined;
  readonly #storedBytes: () => number;
  readonly #usage = currentUsage()?.outermost;
  #storedBefore = 0;
  #cpuSecondsBefore = this.#usage?.read()?.cpuSeconds ?? 0;

  constructor(metrics: Pick<WorkerMetrics, "stored" | "ffmpegUsed"> | undefined, storedBytes: () => number) {
    this.#metrics = metrics;
    this.#storedBytes = storedBytes;
  }

  read(): void {
    const stored = this.#storedBytes();
    this.#metrics?.stored(Math.max(0, stored - this.#storedBefore));
    this.#storedBefore = stored;
    const used = this.#usage?.read();
    if (!used) return;
    this.#metrics?.ffmpegUsed(Math.max(0, used.cpuSeconds - this.#cpuSecondsBefore), used.peakMemoryBytes);
    this.#cpuSecondsBefore = used.cpuSeconds;
  }
}
