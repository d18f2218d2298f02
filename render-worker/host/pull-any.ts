import type { Delivery, Messaging, SubscriptionSpec } from "@reelay/messaging";

/**
 * One message from whichever of the subscriptions has one first, asked all at once: one slot must not wait for an empty pool while a task lies in another. What a
 * second one gives in the same moment goes back. Undefined when none had any for a while. Rejects when all failed; `onFailed` is told of one that did.
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
