import type { Delivery, Messaging, SubscriptionSpec } from "@reelay/messaging";
import { backoffMs } from "@reelay/process";
import type { Logger } from "pino";
import { sleep } from "../wait.ts";
import { pullAny } from "./pull-any.ts";
import type { Slots } from "./slots.ts";

interface PullOptions {
  messaging: Messaging;
  /** Subscriptions to pull from, in no particular order. */
  subscriptions: readonly SubscriptionSpec[];
  slots: Slots;
  /** Stops pulling. */
  signal: AbortSignal;
  log: Logger;
  /** True if an attempt now occupies the slot and will release it. */
  take: (delivery: Delivery, release: () => void) => Promise<boolean>;
}

/**
 * Takes a slot, then pulls a task for it from any subscription, repeatedly. Retries a failing broker with
 * growing pauses. Resolves when the signal aborts.
 */
export async function pullTasks({
  messaging,
  subscriptions,
  slots,
  signal,
  log,
  take,
}: PullOptions): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const release = await slots.take(signal).catch(() => null);
    if (!release) return;
    let isUsed = false;
    try {
      const delivery = await pullAny(messaging, subscriptions, signal, (err, subscription) =>
        log.warn({ err, subscription }, "pull.failed"),
      );
      failures = 0;
      if (delivery) isUsed = await take(delivery, release);
    } catch (error) {
      if (!signal.aborted) {
        log.warn({ err: error }, "pull.failed");
        await sleep(backoffMs(failures, 250, 5_000), signal).catch(() => undefined);
        failures += 1;
      }
    } finally {
      if (!isUsed) release();
    }
  }
}
