import { LRUCache } from "lru-cache";

/**
 * Cache lifetime of a database answer: a changed policy or revoked key takes effect in every process after
 * this time.
 */
export const REUSE_MS = 5_000;
/**
 * How long the last answer is used while the database is unavailable. It cannot change in the meantime, and
 * viewers in the middle of a film continue; the limit only matters for a process that lost its own
 * connection.
 */
const STALE_MS = 600_000;
/** Unknown ids are cached too, so strangers could fill the cache. */
const MAX_ENTRIES = 20_000;

interface Entry<Value> {
  until: number;
  answer: Promise<Value>;
  last?: { value: Value; at: number };
}

interface Reuse<Value> {
  get(key: string): Promise<Value>;
  /** The next `get` loads again. */
  forget(key: string): void;
}

/**
 * Answers of `load`, each cached for `REUSE_MS`. Concurrent calls share one. Rejects if `load` does and no
 * recent answer is known.
 */
export function createReuse<Value>(
  load: (key: string) => Promise<Value>,
  now: () => number = () => performance.now(),
): Reuse<Value> {
  const entries = new LRUCache<string, Entry<Value>>({ max: MAX_ENTRIES });

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
      return ask(key, known);
    },
    forget: (key) => void entries.delete(key),
  };
}
