import type { Context } from "./context.ts";

/**
 * Joins the look-ups that resolvers of one request make side by side into one. Nothing is kept afterwards, so a subscription's next event
 * looks again.
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

/** After all resolvers that are ready now have asked. */
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
