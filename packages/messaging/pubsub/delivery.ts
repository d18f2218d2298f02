import type { Delivery } from "../messaging.ts";
import type { SubscriptionSpec } from "../topology.ts";
import type { Connection } from "./connection.ts";
import { isNotFound } from "./retry.ts";

const callOptions = { timeout: 10_000 };

/** The first of `ack` and `nack` counts, later calls do nothing. */
export function settleOnce(
  settle: Pick<Delivery, "ack" | "nack">,
): Pick<Delivery, "ack" | "nack"> & { readonly isSettled: boolean } {
  let isSettled = false;
  const once = (how: () => Promise<void>) => async () => {
    if (isSettled) return;
    isSettled = true;
    await how();
  };
  return {
    ack: once(settle.ack),
    nack: once(settle.nack),
    get isSettled() {
      return isSettled;
    },
  };
}

/** Tells the broker that messages are done with. */
export const acknowledge = (
  connection: Connection,
  spec: SubscriptionSpec,
  ackIds: string[],
): Promise<void> =>
  unlessGone(
    connection.subscriber.acknowledge(
      { subscription: connection.subscriptionPath(spec), ackIds },
      callOptions,
    ),
  );

/** Asks for redelivery now. */
export const giveBack = (connection: Connection, spec: SubscriptionSpec, ackIds: string[]): Promise<void> =>
  unlessGone(
    connection.subscriber.modifyAckDeadline(
      { subscription: connection.subscriptionPath(spec), ackIds, ackDeadlineSeconds: 0 },
      callOptions,
    ),
  );

/** A broker that lost the subscription lost its messages, too: nothing is left to tell. */
async function unlessGone(told: Promise<unknown>): Promise<void> {
  try {
    await told;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
