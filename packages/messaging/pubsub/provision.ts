import { durableSubscriptions, type SubscriptionSpec, type Topic, topics } from "../topology.ts";
import type { Connection } from "./connection.ts";
import { codeOf, grpcStatus, isNotFound, reasonOf } from "./retry.ts";

const day = 24 * 60 * 60;
const callOptions = { timeout: 10_000 };

/** Creates the topics and durable subscriptions that are missing. */
export async function provision(connection: Connection): Promise<void> {
  // Topic by topic: what is published between a topic's creation and its subscriptions' reaches nobody.
  const provisioned = Object.values(topics).map(async (topic) => {
    await createTopic(connection, topic);
    const ofTopic = durableSubscriptions.filter((spec) => spec.topic === topic);
    await Promise.all(ofTopic.map((spec) => createSubscription(connection, spec)));
  });
  await Promise.all(provisioned);
}

/** Creates one subscription, and its topic where that is missing, too. */
export async function ensureSubscription(connection: Connection, spec: SubscriptionSpec): Promise<void> {
  try {
    await createSubscription(connection, spec);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await createTopic(connection, spec.topic);
    await createSubscription(connection, spec);
  }
}

const createTopic = (connection: Connection, topic: Topic): Promise<void> =>
  unlessThere(connection.publisher.createTopic({ name: connection.topicPath(topic) }, callOptions));

function createSubscription(connection: Connection, spec: SubscriptionSpec): Promise<void> {
  const request = {
    name: connection.subscriptionPath(spec),
    topic: connection.topicPath(spec.topic),
    ackDeadlineSeconds: spec.ackDeadlineSeconds,
    filter: spec.filter ?? "",
    // Without a policy Pub/Sub deletes what is unused for 31 days; an empty one means never.
    expirationPolicy: spec.isEphemeral ? { ttl: { seconds: day } } : {},
    // What an ephemeral subscription missed for ten minutes (Pub/Sub's minimum) is of no use to anybody.
    messageRetentionDuration: { seconds: spec.isEphemeral ? 600 : 7 * day },
  };
  return unlessThere(connection.subscriber.createSubscription(request, callOptions));
}

/** Several processes provision at once: the slower one finds everything there. */
async function unlessThere(created: Promise<unknown>): Promise<void> {
  try {
    await created;
  } catch (error) {
    if (codeOf(error) !== grpcStatus.alreadyExists) throw error;
  }
}

/** Deletes a subscription; a missing one is fine. */
export async function unsubscribe(connection: Connection, spec: SubscriptionSpec): Promise<void> {
  try {
    const subscription = connection.subscriptionPath(spec);
    await connection.subscriber.deleteSubscription({ subscription }, callOptions);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** One round trip: an answer that a topic is missing is an answer, too. */
export async function ping(connection: Connection, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  try {
    await connection.publisher.getTopic(
      { topic: connection.topicPath(topics.tasks) },
      { timeout: 5_000, retry: null, ...(signal && { signal }) },
    );
  } catch (error) {
    signal?.throwIfAborted();
    if (isNotFound(error)) return;
    throw new Error(
      `Pub/Sub at ${connection.server} does not answer: ${reasonOf(error)}. ` +
        "Check that the broker runs and that this process can reach it (PUBSUB_EMULATOR_HOST, network, credentials).",
      { cause: error },
    );
  }
}
