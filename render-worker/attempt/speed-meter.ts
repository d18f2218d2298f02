/** Measured over at least so long: the first pictures wait in the encoder. */
const leastMs = 1_000;

/** Seconds of video that an encode makes per second, from its first pictures on. */
export class SpeedMeter {
  #first: { atMs: number; timeMs: number } | null = null;
  #last: { atMs: number; timeMs: number } | null = null;

  /** @param timeMs how far the slowest rendition is */
  read(timeMs: number, atMs: number): void {
    if (timeMs <= 0) return;
    this.#first ??= { atMs, timeMs };
    if (timeMs > (this.#last?.timeMs ?? 0)) this.#last = { atMs, timeMs };
  }

  /** Null while it is not known. */
  get speed(): number | null {
    const elapsedMs = this.#first && this.#last ? this.#last.atMs - this.#first.atMs : 0;
    if (!this.#first || !this.#last || elapsedMs < leastMs) return null;
    return Math.max(0.001, Math.round(((this.#last.timeMs - this.#first.timeMs) / elapsedMs) * 1000) / 1000);
  }
}
