import type { Topic as ClientTopic } from "@google-cloud/pubsub";
import type { Topic } from "../topology.ts";
import type { Connection } from "./connection.ts";
import { provision } from "./provision.ts";
import { isNotFound, reasonOf } from "./retry.ts";

export type Publish = (
  topic: Topic,
  envelope: { data: Uint8Array; attributes: Record<string, string> },
) => Promise<void>;

/** The broker did not accept a message in time. The sender sends it again. */
export class PublishFailedError extends Error {
  override readonly name = "PublishFailedError";
}

/** Publishes in small batches. Missing topics (the broker lost its state) are created on the way. */
export function createPublish(connection: Connection): Publish {
  const { publishTimeoutMs } = connection;
  const clientTopics = new Map<Topic, ClientTopic>();

  const clientTopic = (topic: Topic): ClientTopic => {
    const known = clientTopics.get(topic);
    if (known !== undefined) return known;
    const created = connection.pubsub.topic(connection.topicPath(topic), {
      // The library collects messages for 10 ms by default, which was most of a single message's latency on
      // loopback.
      batching: { maxMilliseconds: 1, maxMessages: 500 },
      gaxOpts: { retry: retryFor(publishTimeoutMs) },
    });
    clientTopics.set(topic, created);
    return created;
  };

  let provisioning: Promise<void> | undefined;
  // Once for all publishes that found a topic missing. The others wait too: a topic may exist before its
  // subscriptions.
  const provisionAgain = (topic: Topic): Promise<void> => {
    if (provisioning !== undefined) return provisioning;
    connection.log("messaging.reprovisioned", { topic: connection.topicPath(topic) });
    provisioning = provision(connection).finally(() => {
      provisioning = undefined;
    });
    return provisioning;
  };

  return async (topic, { data, attributes }) => {
    const message = { data: Buffer.from(data.buffer, data.byteOffset, data.byteLength), attributes };
    const send = async () => {
      await provisioning;
      await clientTopic(topic).publishMessage(message);
    };
    const sent = send().catch(async (error: unknown) => {
      if (!isNotFound(error)) throw error;
      await provisionAgain(topic);
      await send();
    });
    await inTime(sent, publishTimeoutMs).catch((error: unknown) => {
      throw new PublishFailedError(
        `Pub/Sub at ${connection.server} did not accept a message for ${connection.topicPath(topic)}: ${reasonOf(error)}. ` +
          "Check that the broker runs and that this process can reach it (PUBSUB_EMULATOR_HOST, network, credentials).",
        { cause: error },
      );
    });
  };
}

/** The library waits up to a minute between tries. A restarted broker is back sooner. */
const retryFor = (totalTimeoutMillis: number) => ({
  backoffSettings: {
    initialRetryDelayMillis: 50,
    retryDelayMultiplier: 1.5,
    maxRetryDelayMillis: 1_000,
    initialRpcTimeoutMillis: totalTimeoutMillis,
    rpcTimeoutMultiplier: 1,
    maxRpcTimeoutMillis: totalTimeoutMillis,
    totalTimeoutMillis,
  },
});

async function inTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs / 1_000} s`)), timeoutMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
