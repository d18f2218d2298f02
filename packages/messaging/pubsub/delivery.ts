import type { Delivery } from "../messaging.ts";
import type { SubscriptionSpec } from "../topology.ts";
import type { Connection } from "./connection.ts";
import { isNotFound } from "./retry.ts";

const callOptions = { timeout: 10_000 };

/** The first call of `ack` or `nack` settles the message; later calls do nothing. */
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

/** Acknowledges messages to the broker. */
export const acknowledge = (
  connection: Connection,
  spec: SubscriptionSpec,
  ackIds: string[],
): Promise<void> =>
  ignoreMissing(
    connection.subscriber.acknowledge(
      { subscription: connection.subscriptionPath(spec), ackIds },
      callOptions,
    ),
  );

/** Requests immediate redelivery. */
export const requestRedelivery = (
  connection: Connection,
  spec: SubscriptionSpec,
  ackIds: string[],
): Promise<void> =>
  ignoreMissing(
    connection.subscriber.modifyAckDeadline(
      { subscription: connection.subscriptionPath(spec), ackIds, ackDeadlineSeconds: 0 },
      callOptions,
    ),
  );

/** A broker that lost the subscription also lost its messages, so there is nothing left to settle. */
async function ignoreMissing(settled: Promise<unknown>): Promise<void> {
  try {
    await settled;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
