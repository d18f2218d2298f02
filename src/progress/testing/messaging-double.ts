import { setImmediate as turn } from "node:timers/promises";
import type { Message } from "@reelay/contracts";
import { type Messaging, topicOf } from "@reelay/messaging";

interface Consumer {
  topic: string;
  handle: Parameters<Messaging["consume"]>[1];
}

/** A broker in this process: every subscription gets every message of its topic once, in order. */
export function createMessagingDouble() {
  const consumers = new Map<string, Consumer>();

  async function deliver(message: Message) {
    await turn();
    const topic = topicOf(message.type);
    for (const consumer of consumers.values()) {
      if (consumer.topic !== topic) continue;
      const answered = () => Promise.resolve();
      await consumer.handle({ message, deliveryAttempt: 1, ack: answered, nack: answered });
    }
  }
  const refuse = () => Promise.reject(new Error("The messaging double only publishes and consumes."));

  const messaging: Messaging = {
    provision: () => Promise.resolve(),
    publish: deliver,
    publishEncoded: refuse,
    pull: refuse,
    ping: () => Promise.resolve(),
    unsubscribe: () => Promise.resolve(),
    consume({ topic, name }, handle) {
      consumers.set(name, { topic, handle });
      return Promise.resolve({
        [Symbol.asyncDispose]: () => {
          consumers.delete(name);
          return Promise.resolve();
        },
      });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return { messaging, consumers };
}
