const MOST = 10_000;

/** Remembers generations. They are guesses, because other processes write too. */
export class Generations {
  readonly #of = new Map<string, string>();

  /** `"0"` ("does not exist") for an unknown key. */
  guess(key: string): string {
    return this.#of.get(key) ?? "0";
  }

  /** Null: the object no longer exists. */
  remember(key: string, generation: string | null): void {
    this.#of.delete(key);
    if (generation === null) return;
    this.#of.set(key, generation);
    const [oldest] = this.#of.keys();
    if (this.#of.size > MOST && oldest !== undefined) this.#of.delete(oldest);
  }
}
