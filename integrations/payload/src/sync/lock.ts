import { setTimeout as delay } from "node:timers/promises";
import type { Payload } from "payload";
import { STATE_SLUG } from "../collections/state-collection.ts";
import { createState, deleteState, readState } from "./state.ts";

const KEY = "lock";
/** A process that was killed holds up the others for so long. */
const LOCK_MS = 10_000;
const RENEW_EVERY_MS = 3_000;
const TRY_EVERY_MS = 250;

/**
 * Calls `work` while no other process of this CMS does: of two that bring documents up to date at once, the
 * slower one would write what it had read before. The lock is a row with a unique key, which every database
 * of Payload's has.
 */
export async function withLock<TResult>(
  payload: Payload,
  signal: AbortSignal,
  work: () => Promise<TResult>,
): Promise<TResult> {
  const id = await take(payload, signal);
  const renewing = setInterval(() => {
    const data = { value: { until: Date.now() + LOCK_MS } };
    payload.db
      .updateOne({ collection: STATE_SLUG, id, data })
      .catch((error: unknown) => payload.logger.warn({ err: error, msg: "reelay: lock not renewed" }));
  }, RENEW_EVERY_MS);
  renewing.unref();
  try {
    return await work();
  } finally {
    clearInterval(renewing);
    // Not released it runs out by itself.
    await deleteState(payload, id).catch(() => {});
  }
}

async function take(payload: Payload, signal: AbortSignal): Promise<string> {
  for (;;) {
    signal.throwIfAborted();
    const held = await readState(payload, KEY);
    const { until } = (held?.value ?? { until: 0 }) as { until: number };
    // Its id is random and never used again: a second deletion has no effect.
    if (held && until < Date.now()) await deleteState(payload, held.id);
    if (!held || until < Date.now()) {
      const id = await createState(payload, KEY, { until: Date.now() + LOCK_MS }).catch(() => undefined);
      if (id !== undefined) return id;
      // Another process was faster, or the database is away: the next look shows which.
    }
    await delay(TRY_EVERY_MS, undefined, { signal });
  }
}
