import { encodeMessage, Message, type MessageType } from "@reelay/contracts";
import { GoogleAuth } from "google-auth-library";
import type { Messaging } from "./messaging.ts";
import { connect, type PubSubOptions } from "./pubsub/connection.ts";
import { consume } from "./pubsub/consume.ts";
import { ping, provision, unsubscribe } from "./pubsub/provision.ts";
import { createPublish } from "./pubsub/publish.ts";
import { pull } from "./pubsub/pull.ts";
import { topicOf } from "./topology.ts";
import { sendTraced, withActiveTrace } from "./trace-context.ts";

export type { PubSubOptions } from "./pubsub/connection.ts";
export { PublishFailedError } from "./pubsub/publish.ts";

const messageTypes = new Set<string>(Message.options.map(({ shape }) => shape.type.value));

/**
 * Messaging over the official Pub/Sub client. One process may hold several, with different servers. Without
 * `emulatorHost` the client's own rules apply: Google Cloud with application default credentials. Disposing
 * stops the consumers after their running handlers and closes the connections.
 */
export function createPubSubMessaging(options: PubSubOptions): Messaging {
  const connection = connect(options);
  const publish = createPublish(connection);
  const consumers = new Set<AsyncDisposable>();

  const publishEncoded: Messaging["publishEncoded"] = async (envelope) => {
    const topic = topicOf(knownType(envelope.attributes["type"]));
    await sendTraced(topic, envelope.attributes, (attributes) =>
      publish(topic, { data: envelope.data, attributes }),
    );
  };

  return {
    provision: () => provision(connection),
    publish: (message) => {
      const { data, attributes } = encodeMessage(message);
      return publish(topicOf(message.type), { data, attributes: withActiveTrace(attributes) });
    },
    publishEncoded,
    consume: async (subscription, handle, consumeOptions) => {
      const consumer = await consume(connection, publish, subscription, handle, consumeOptions);
      consumers.add(consumer);
      return {
        [Symbol.asyncDispose]: async () => {
          consumers.delete(consumer);
          await consumer[Symbol.asyncDispose]();
        },
      };
    },
    pull: (subscription, max, signal) => pull(connection, publish, subscription, max, signal),
    ping: (signal) => ping(connection, signal),
    unsubscribe: (subscription) => unsubscribe(connection, subscription),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...consumers].map((consumer) => consumer[Symbol.asyncDispose]()));
      await connection[Symbol.asyncDispose]();
    },
  };
}

function knownType(type: string | undefined): MessageType {
  if (type !== undefined && messageTypes.has(type)) return type as MessageType;
  throw new Error(
    `Attribute "type" selects the topic: expected one of ${[...messageTypes].join(", ")}, got ${JSON.stringify(type)}.`,
  );
}

/**
 * Rejects when this process has no Google Cloud credentials. Call it before creating the clients: they search
 * for credentials on their own and reject where no caller awaits.
 */
export async function assertCredentials(): Promise<void> {
  await new GoogleAuth({ scopes: "https://www.googleapis.com/auth/cloud-platform" }).getClient();
}
