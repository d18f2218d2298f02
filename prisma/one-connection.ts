/** Prisma's adapter for `pg`, on one connection that the caller holds. */

import { PrismaPg } from "@prisma/adapter-pg";
import type { SqlMigrationAwareDriverAdapterFactory } from "@prisma/driver-adapter-utils";
import type { Pool } from "pg";

/**
 * The schema engine's way to the database.
 *
 * The stock adapter cuts a script at every semicolon, also at those inside function bodies and texts, and sends the
 * pieces one by one; here the whole script goes to the server, which knows its own grammar. Disposed with its engine, which leaves open what it
 * opened: each of its adapters listens to the pool.
 */
export function createMigrationAdapters(
  pool: Pool,
  onScript: (run: () => Promise<unknown>) => Promise<void>,
): SqlMigrationAwareDriverAdapterFactory & AsyncDisposable {
  const opened = new AsyncDisposableStack();
  const stock = new PrismaPg(pool);
  const whole = async (connecting: ReturnType<typeof stock.connect>) => {
    const adapter = await connecting;
    opened.defer(() => adapter.dispose());
    adapter.executeScript = (script) => onScript(() => adapter.underlyingDriver().query(script));
    return adapter;
  };
  return {
    provider: stock.provider,
    adapterName: stock.adapterName,
    connect: () => whole(stock.connect()),
    connectToShadowDb: () => whole(stock.connectToShadowDb()),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
