import type { Rung } from "@reelay/contracts";

/** Weight of a new measurement: machines are shared, and their load changes. */
const NEW_SHARE = 0.5;
/** Shorter measurements are ignored. */
const LEAST_SECONDS = 0.5;

/**
 * Pixels that a worker encodes per second of wall time, over all variants of a task, by codec. Measured by a
 * trial at the start, then by renders, so it also reflects the machine's load.
 */
export class Throughput {
  readonly #pixelsPerSecond = new Map<Rung["codec"], number>();

  /** @param trials results of trial encodes */
  constructor(trials: Partial<Record<Rung["codec"], number>> = {}) {
    for (const [codec, speed] of Object.entries(trials)) {
      this.#pixelsPerSecond.set(codec as Rung["codec"], speed);
    }
  }

  /** Null if not measured. */
  of(codec: Rung["codec"]): number | null {
    return this.#pixelsPerSecond.get(codec) ?? null;
  }

  learn(codec: Rung["codec"], pixels: number, seconds: number): void {
    if (seconds < LEAST_SECONDS || pixels <= 0) return;
    const before = this.of(codec);
    const now = pixels / seconds;
    this.#pixelsPerSecond.set(codec, before === null ? now : before + (now - before) * NEW_SHARE);
  }
}
