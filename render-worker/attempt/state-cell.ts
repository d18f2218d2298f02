import type { Preview, RenderState } from "@reelay/contracts";

/** What an attempt knows so far. Its reports carry the fields that its kind defines as the result. */
export type AttemptState = RenderState & { preview?: Preview };

export const emptyState: AttemptState = { source: null, variants: [], audio: null, posterKey: null };
const soonMs = 1_000;

/** An attempt's state. Each change replaces it as a whole and is reported. */
export class StateCell implements Disposable {
  #current: AttemptState = emptyState;
  readonly #onChange: (state: AttemptState) => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(onChange: (state: AttemptState) => void) {
    this.#onChange = onChange;
  }

  get current(): AttemptState {
    return this.#current;
  }

  update(change: (state: AttemptState) => AttemptState): void {
    this.#current = change(this.#current);
    this.#report();
  }

  /** For frequent changes that can wait: reports within a second, together with any other change. */
  updateSoon(change: (state: AttemptState) => AttemptState): void {
    this.#current = change(this.#current);
    this.#timer ??= setTimeout(() => this.#report(), soonMs);
  }

  [Symbol.dispose](): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #report(): void {
    this[Symbol.dispose]();
    this.#onChange(this.#current);
  }
}
