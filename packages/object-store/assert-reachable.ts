import { setTimeout as delay } from "node:timers/promises";
import { StoreUnavailableError } from "./errors.ts";
import type { ObjectStore } from "./object-store.ts";

/** How long a start waits for the store's answer. */
const PATIENCE_MS = 5_000;

/**
 * Rejects when the store refuses access: the bucket does not exist or the account lacks permission. An
 * unavailable store does not keep a process from starting, because its requests are retried anyway.
 */
export async function assertReachable(store: ObjectStore): Promise<void> {
  const asked = ask(store).catch((error: unknown) => {
    if (!(error instanceof StoreUnavailableError)) throw error;
  });
  // A later answer is ignored.
  asked.catch(() => undefined);
  await Promise.race([asked, delay(PATIENCE_MS, undefined, { ref: false })]);
}

async function ask(store: ObjectStore): Promise<void> {
  for await (const _ of store.list("videos/00000000-")) break;
}
