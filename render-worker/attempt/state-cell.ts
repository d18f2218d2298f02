const SOON_MS = 1_000;

/** `NOW`: others wait for this state, so its report does not wait for further changes. */
export type Urgency = "NOW" | undefined;

/** An attempt's state. Each change replaces it as a whole and is reported. */
export class StateCell<State extends object> implements Disposable {
  #current: State;
  readonly #onChange: (state: State, urgency: Urgency) => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(initial: State, onChange: (state: State, urgency: Urgency) => void) {
    this.#current = initial;
    this.#onChange = onChange;
  }

  get current(): State {
    return this.#current;
  }

  update(change: (state: State) => State, urgency?: Urgency): void {
    this.#current = change(this.#current);
    this.#report(urgency);
  }

  /** For frequent changes that can wait: reports within a second, together with any other change. */
  updateSoon(change: (state: State) => State): void {
    this.#current = change(this.#current);
    this.#timer ??= setTimeout(() => this.#report(), SOON_MS);
  }

  [Symbol.dispose](): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #report(urgency?: Urgency): void {
    this[Symbol.dispose]();
    this.#onChange(this.#current, urgency);
  }
}
