import type { Delivery, Messaging, SubscriptionSpec } from "@reelay/messaging";
import { backoffMs } from "@reelay/process";
import type { Logger } from "pino";
import { sleep } from "../wait.ts";
import { pullAny } from "./pull-any.ts";
import type { Slots } from "./slots.ts";

interface PullOptions {
  messaging: Messaging;
  /** Where tasks come from, in no order. */
  subscriptions: readonly SubscriptionSpec[];
  slots: Slots;
  /** Ends it. */
  signal: AbortSignal;
  log: Logger;
  /** True if something now runs in the slot, and will give it back. */
  take: (delivery: Delivery, release: () => void) => Promise<boolean>;
}

/**
 * Takes a slot, then a task for it, from whichever subscription has one first; again and again. A broker that is away is asked less and less often.
 * Resolves when the signal fires.
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
