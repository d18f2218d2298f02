/** Weight of a new measurement that is lower than the estimate. */
const WEIGHT = 0.3;
/** Maximum: a source that needs more is exceptional, and should not make others wait. */
const MOST = 3;

/**
 * Learns the real memory usage of a worker's renders as a factor of the estimate, exponentially weighted per
 * kind of work. Increases apply immediately, decreases gradually, and never below the estimate, since small
 * sources use less of theirs than large ones.
 */
export class NeedCorrection {
  readonly #factors = new Map<string, number>();

  factor(kind: string): number {
    return this.#factors.get(kind) ?? 1;
  }

  learn(kind: string, estimatedBytes: number, measuredBytes: number): void {
    const before = this.factor(kind);
    const measured = measuredBytes / estimatedBytes;
    const after = measured > before ? measured : before + WEIGHT * (measured - before);
    this.#factors.set(kind, Math.min(MOST, Math.max(1, after)));
  }
}
