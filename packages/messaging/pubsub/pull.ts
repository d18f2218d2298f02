import type { Delivery } from "../messaging.ts";
import type { SubscriptionSpec } from "../topology.ts";
import type { Connection } from "./connection.ts";
import { acknowledge, requestRedelivery, settleOnce } from "./delivery.ts";
import { ensureSubscription } from "./provision.ts";
import type { Publish } from "./publish.ts";
import { codeOf, createBackoff, grpcStatus, isNotFound, isTransient, reasonOf } from "./retry.ts";
import { readOrSetAside } from "./unreadable.ts";

/** Time limit of one pull, in milliseconds, unavailability of the broker included. */
const WAIT_MS = 10_000;

interface Received {
  ackId: string;
  messageId: string;
  data: Uint8Array;
  attributes: Record<string, string>;
  deliveryAttempt: number;
}

/** See `Messaging.pull`. */
export async function pull(
  connection: Connection,
  publish: Publish,
  spec: SubscriptionSpec,
  max: number,
  signal: AbortSignal,
): Promise<Delivery[]> {
  const backoff = createBackoff();
  const until = Date.now() + WAIT_MS;
  while (!signal.aborted && Date.now() < until) {
    try {
      const received = await pullOnce(connection, spec, max, until - Date.now(), signal);
      const deliveries = await readAll(connection, publish, spec, received);
      if (deliveries.length > 0) return deliveries;
    } catch (error) {
      if (signal.aborted) break;
      if (isNotFound(error)) await createAgain(connection, spec);
      else if (!isTransient(error)) throw error;
      connection.log("messaging.pull-interrupted", {
        subscription: connection.subscriptionPath(spec),
        reason: reasonOf(error),
      });
      await backoff.wait(signal);
    }
  }
  return [];
}

/** One call. The broker answers when it has a message or when the time is up. */
async function pullOnce(
  connection: Connection,
  spec: SubscriptionSpec,
  max: number,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Received[]> {
  const subscription = connection.subscriptionPath(spec);
  try {
    const [response] = await connection.subscriber.pull(
      { subscription, maxMessages: max },
      { timeout: timeoutMs, retry: null, signal },
    );
    const received = (response.receivedMessages ?? []).map(
      ({ ackId, message, deliveryAttempt }): Received => ({
        ackId: ackId ?? "",
        messageId: message?.messageId ?? "",
        data: message?.data instanceof Uint8Array ? message.data : Buffer.from(message?.data ?? "", "base64"),
        attributes: message?.attributes ?? {},
        deliveryAttempt: deliveryAttempt ?? 0,
      }),
    );
    if (!signal.aborted || received.length === 0) return received;
    // The answer crossed the abort, and this worker no longer wants the messages: return them for another
    // worker.
    await requestRedelivery(
      connection,
      spec,
      received.map(({ ackId }) => ackId),
    );
    return [];
  } catch (error) {
    if (codeOf(error) === grpcStatus.deadlineExceeded || signal.aborted) return [];
    throw error;
  }
}

async function readAll(
  connection: Connection,
  publish: Publish,
  spec: SubscriptionSpec,
  received: Received[],
): Promise<Delivery[]> {
  const read = received.map(async (raw): Promise<Delivery | undefined> => {
    const message = await readOrSetAside(connection, publish, spec, raw);
    const ack = () => acknowledge(connection, spec, [raw.ackId]);
    if (message === undefined) {
      await ack();
      return undefined;
    }
    const nack = () => requestRedelivery(connection, spec, [raw.ackId]);
    const { attributes, deliveryAttempt } = raw;
    return { message, attributes, deliveryAttempt, ...settleOnce({ ack, nack }) };
  });
  // A message that could not be set aside stays unacknowledged and is redelivered after its deadline. It does
  // not hold up the others.
  const settled = await Promise.allSettled(read);
  return settled.flatMap((one) => (one.status === "fulfilled" && one.value !== undefined ? [one.value] : []));
}

async function createAgain(connection: Connection, spec: SubscriptionSpec): Promise<void> {
  connection.log("messaging.reprovisioned", { subscription: connection.subscriptionPath(spec) });
  await ensureSubscription(connection, spec).catch((error: unknown) => {
    if (!isTransient(error)) throw error;
  });
}
