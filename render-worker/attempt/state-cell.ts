import type { RenderState } from "@reelay/contracts";

export const emptyState: RenderState = { source: null, variants: [], audio: null, posterKey: null };
const soonMs = 1_000;

/** An attempt's state. Each change replaces it as a whole and is reported. */
export class StateCell implements Disposable {
  #current: RenderState = emptyState;
  readonly #onChange: (state: RenderState) => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(onChange: (state: RenderState) => void) {
    this.#onChange = onChange;
  }

  get current(): RenderState {
    return this.#current;
  }

  update(change: (state: RenderState) => RenderState): void {
    this.#current = change(this.#current);
    this.#report();
  }

  /** For frequent changes that can wait: reports within a second, together with any other change. */
  updateSoon(change: (state: RenderState) => RenderState): void {
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
