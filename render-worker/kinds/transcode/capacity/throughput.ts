import type { Rung } from "@reelay/contracts";

/** Of a new measurement in what is believed: machines are shared, and what else they do changes. */
const newShare = 0.5;
/** Too short to say anything. */
const leastSeconds = 0.5;

/**
 * How many pixels a worker encodes per second of wall time, all variants of a task together, by their codec: measured, first by a trial when it starts
 * and then by what it renders, so that it also says how busy the machine is.
 */
export class Throughput {
  readonly #pixelsPerSecond = new Map<Rung["codec"], number>();

  /** @param trials what trial encodes have shown */
  constructor(trials: Partial<Record<Rung["codec"], number>> = {}) {
    for (const [codec, speed] of Object.entries(trials)) {
      this.#pixelsPerSecond.set(codec as Rung["codec"], speed);
    }
  }

  /** Null while nothing was measured. */
  of(codec: Rung["codec"]): number | null {
    return this.#pixelsPerSecond.get(codec) ?? null;
  }

  learn(codec: Rung["codec"], pixels: number, seconds: number): void {
    if (seconds < leastSeconds || pixels <= 0) return;
    const before = this.of(codec);
    const now = pixels / seconds;
    this.#pixelsPerSecond.set(codec, before === null ? now : before + (now - before) * newShare);
  }
}
