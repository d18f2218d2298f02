/** How much of a new measurement is believed when it says that less would do. */
const weight = 0.3;
/** No more is believed: what needs more than this is a source of its own kind, and no reason to make others wait. */
const most = 3;

/**
 * What a worker's renders really needed, as a factor of what was estimated: exponentially weighted, by kind of work. More is believed at
 * once, less little by little, and never less than the estimate: small sources need less of theirs than large ones.
 */
export class NeedCorrection {
  readonly #factors = new Map<string, number>();

  factor(kind: string): number {
    return this.#factors.get(kind) ?? 1;
  }

  learn(kind: string, estimatedBytes: number, measuredBytes: number): void {
    const before = this.factor(kind);
    const measured = measuredBytes / estimatedBytes;
    const after = measured > before ? measured : before + weight * (measured - before);
    this.#factors.set(kind, Math.min(most, Math.max(1, after)));
  }
}
