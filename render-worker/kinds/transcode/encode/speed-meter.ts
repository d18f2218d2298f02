/** Measured over at least so long: the first pictures wait in the encoder. */
const leastSeconds = 1;

/** Pixels that an encode makes per second, all its variants together, from its first pictures on. */
export class SpeedMeter {
  #first: { seconds: number; pixels: number } | null = null;
  #last: { seconds: number; pixels: number } | null = null;

  /** @param pixels of all variants since the beginning */
  read(pixels: number, nowMs: number): void {
    const now = { seconds: nowMs / 1000, pixels };
    if (pixels <= (this.#last?.pixels ?? 0)) return;
    this.#first ??= now;
    this.#last = now;
  }

  get seconds(): number {
    return this.#first && this.#last ? this.#last.seconds - this.#first.seconds : 0;
  }

  get pixels(): number {
    return this.#first && this.#last ? this.#last.pixels - this.#first.pixels : 0;
  }

  /** Null while it was not measured for long enough. */
  get pixelsPerSecond(): number | null {
    return this.seconds >= leastSeconds && this.pixels > 0 ? this.pixels / this.seconds : null;
  }
}
