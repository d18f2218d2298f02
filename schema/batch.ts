import type { Context } from "./context.ts";

/**
 * Batches the look-ups that resolvers of one request make at the same time. Results are not cached, so the
 * next event of a subscription looks up again.
 */
export function createBatch<Value>(
  load: (ctx: Context, keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
): (ctx: Context, key: string) => Promise<Value | undefined> {
  const open = new WeakMap<Context, { keys: Set<string>; values: Promise<ReadonlyMap<string, Value>> }>();
  return async (ctx, key) => {
    let batch = open.get(ctx);
    if (!batch) {
      const keys = new Set<string>();
      const values = nextTurn().then(() => {
        open.delete(ctx);
        return load(ctx, [...keys]);
      });
      batch = { keys, values };
      open.set(ctx, batch);
    }
    batch.keys.add(key);
    return (await batch.values).get(key);
  };
}

/** Resolves after all resolvers that are ready now have made their look-ups. */
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
