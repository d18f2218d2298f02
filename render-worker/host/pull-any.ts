import type { Delivery, Messaging, SubscriptionSpec } from "@reelay/messaging";

/**
 * Pulls one message from several subscriptions at once, so that a slot does not wait at an empty pool while
 * another has a task. If a second one delivers at the same moment, its message is returned. Undefined if none
 * had a message for a while. Rejects if all failed; `onFailed` receives the error of a single one.
 */
export async function pullAny(
  messaging: Pick<Messaging, "pull">,
  subscriptions: readonly SubscriptionSpec[],
  signal: AbortSignal,
  onFailed?: (error: unknown, subscription: string) => void,
): Promise<Delivery | undefined> {
  const found = new AbortController();
  const until = AbortSignal.any([signal, found.signal]);
  let first: Delivery | undefined;
  const asked = subscriptions.map(async (subscription) => {
    const [delivery] = await messaging.pull(subscription, 1, until);
    if (delivery === undefined) return;
    if (first !== undefined) return await delivery.nack();
    first = delivery;
    found.abort();
  });
  const settled = await Promise.allSettled(asked);
  const failed = settled.filter((one) => one.status === "rejected");
  if (failed.length === settled.length && first === undefined) throw failed[0]?.reason;
  settled.forEach((one, index) => {
    if (one.status === "rejected") onFailed?.(one.reason, subscriptions[index]?.name ?? "");
  });
  return first;
}
