import type { Message as ClientMessage } from "@google-cloud/pubsub";
import type { Delivery } from "../messaging.ts";
import type { SubscriptionSpec } from "../topology.ts";
import type { Connection } from "./connection.ts";
import { acknowledge, requestRedelivery, settleOnce } from "./delivery.ts";
import type { Publish } from "./publish.ts";
import { createBackoff, reasonOf } from "./retry.ts";
import { readOrSetAside } from "./unreadable.ts";

/** The handlers of one consumer: those that run and those that wait. */
export interface Handling {
  take(message: ClientMessage): void;
  /** Returns waiting messages to the broker and resolves when the running handlers have ended. */
  finish(): Promise<void>;
}

/**
 * Runs at most `maxInFlight` handlers. The broker's own flow control is per stream, and streams come and go.
 */
export function createHandling(setup: {
  connection: Connection;
  publish: Publish;
  spec: SubscriptionSpec;
  handle: (delivery: Delivery) => Promise<void>;
  maxInFlight: number;
}): Handling {
  const { connection, publish, spec, handle, maxInFlight } = setup;
  const waiting: ClientMessage[] = [];
  const running = new Set<Promise<void>>();
  const finishing = new AbortController();
  const backoff = createBackoff();

  const deliver = async (message: ClientMessage): Promise<void> => {
    try {
      const read = await readOrSetAside(connection, publish, spec, {
        messageId: message.id,
        data: message.data,
      });
      const delivery = read && asDelivery(connection, spec, message, read);
      if (delivery !== undefined) await handle(delivery);
      if (delivery?.isSettled !== true) message.ack();
      backoff.reset();
    } catch (error) {
      connection.log("message.not-handled", {
        subscription: connection.subscriptionPath(spec),
        messageId: message.id,
        reason: reasonOf(error),
      });
      // Redelivery is immediate: without a growing pause, a handler that always fails would spin.
      await backoff.wait(finishing.signal);
      message.nack();
    }
  };

  const next = (): void => {
    while (running.size < maxInFlight) {
      const message = waiting.shift();
      if (message === undefined) return;
      const run = deliver(message).finally(() => {
        running.delete(run);
        next();
      });
      running.add(run);
    }
  };

  return {
    take: (message) => {
      if (finishing.signal.aborted) {
        message.nack();
        return;
      }
      waiting.push(message);
      next();
    },
    finish: async () => {
      finishing.abort();
      for (const message of waiting.splice(0)) message.nack();
      await Promise.all(running);
    },
  };
}

/**
 * Settling explicitly notifies the broker immediately, then ends the client's lease, whose own call finds
 * nothing left to do.
 */
function asDelivery(
  connection: Connection,
  spec: SubscriptionSpec,
  client: ClientMessage,
  message: Delivery["message"],
): Delivery & { readonly isSettled: boolean } {
  const settle = settleOnce({
    ack: async () => {
      await acknowledge(connection, spec, [client.ackId]);
      client.ack();
    },
    nack: async () => {
      await requestRedelivery(connection, spec, [client.ackId]);
      client.nack();
    },
  });
  const { attributes, deliveryAttempt } = client;
  return Object.assign(settle, { message, attributes, deliveryAttempt });
}
