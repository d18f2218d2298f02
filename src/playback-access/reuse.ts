/** How long an answer of the database is given again: a changed policy or a revoked key takes effect in every process after this. */
export const REUSE_MS = 5_000;
/**
 * How long the last answer stands in while the database cannot be asked. Nothing can be changed there in the meantime, and viewers in the middle of
 * a film play on; the bound is for a process that lost its own connection only.
 */
const STALE_MS = 600_000;
/** Beyond it the cache starts empty again: unknown ids are cached, too, so strangers could fill it. */
const MAX_ENTRIES = 20_000;

interface Entry<Value> {
  until: number;
  answer: Promise<Value>;
  last?: { value: Value; at: number };
}

export interface Reuse<Value> {
  get(key: string): Promise<Value>;
  /** The next `get` asks again. */
  forget(key: string): void;
}

/** Answers of `load`, each given again for `REUSE_MS`. Calls that come together share one. Rejects when `load` does and no recent answer is known. */
export function createReuse<Value>(
  load: (key: string) => Promise<Value>,
  now: () => number = () => performance.now(),
): Reuse<Value> {
  const entries = new Map<string, Entry<Value>>();

  function ask(key: string, known: Entry<Value> | undefined): Promise<Value> {
    const at = now();
    const entry: Entry<Value> = { until: at + REUSE_MS, answer: load(key) };
    if (known?.last) entry.last = known.last;
    entry.answer = entry.answer.then(
      (value) => {
        entry.last = { value, at };
        return value;
      },
      (error: unknown) => {
        if (entry.last && at - entry.last.at < STALE_MS) return entry.last.value;
        if (entries.get(key) === entry) entries.delete(key);
        throw error;
      },
    );
    entries.set(key, entry);
    return entry.answer;
  }

  return {
    get(key) {
      const known = entries.get(key);
      if (known && known.until > now()) return known.answer;
      if (!known && entries.size >= MAX_ENTRIES) entries.clear();
      return ask(key, known);
    },
    forget: (key) => void entries.delete(key),
  };
}
