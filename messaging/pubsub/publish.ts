import type { Topic as ClientTopic } from "@google-cloud/pubsub";
import type { Topic } from "../topology.ts";
import type { Connection } from "./connection.ts";
import { provision } from "./provision.ts";
import { isNotFound, reasonOf } from "./retry.ts";

export type Publish = (
  topic: Topic,
  envelope: { data: Uint8Array; attributes: Record<string, string> },
) => Promise<void>;

/** A message that the broker did not take in time; whoever sent it sends it again. */
export class PublishFailedError extends Error {
  override readonly name = "PublishFailedError";
}

/** How long a publish may take, retries included. */
const publishTimeoutMs = 10_000;

/** Publishes in small batches. Topics that are missing (a broker that forgot everything) are created on the way. */
export function createPublish(connection: Connection): Publish {
  const clientTopics = new Map<Topic, ClientTopic>();

  const clientTopic = (topic: Topic): ClientTopic => {
    const known = clientTopics.get(topic);
    if (known !== undefined) return known;
    const created = connection.pubsub.topic(connection.topicPath(topic), {
      // The library waits 10 ms for company by default, which was most of a single message's latency on loopback.
      batching: { maxMilliseconds: 1, maxMessages: 500 },
      gaxOpts: { timeout: publishTimeoutMs },
    });
    clientTopics.set(topic, created);
    return created;
  };

  return async (topic, { data, attributes }) => {
    const message = { data: Buffer.from(data.buffer, data.byteOffset, data.byteLength), attributes };
    const send = () => clientTopic(topic).publishMessage(message);
    const sent = send().catch(async (error: unknown) => {
      if (!isNotFound(error)) throw error;
      connection.log("messaging.provisioned-again", { topic: connection.topicPath(topic) });
      await provision(connection);
      return send();
    });
    await inTime(sent).catch((error: unknown) => {
      throw new PublishFailedError(
        `Pub/Sub at ${connection.server} did not take a message for ${connection.topicPath(topic)}: ${reasonOf(error)}. ` +
          "Check that the broker runs and that this process can reach it (PUBSUB_EMULATOR_HOST, network, credentials).",
        { cause: error },
      );
    });
  };
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`no answer within ${publishTimeoutMs / 1_000} s`)),
    publishTimeoutMs,
  );
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
