import type { protos } from "@google-cloud/pubsub";
import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import type { Registry } from "./registry.ts";
import { invalid, unary } from "./status-error.ts";
import { type StoredMessage, sizeOf } from "./stored-message.ts";
import type { Description } from "./subscription-plan.ts";

type Topic = protos.google.pubsub.v1.ITopic;
type NewMessage = Omit<StoredMessage, "messageId" | "publishedAt">;

/** Limits of the real service. */
const limits = {
  requestBytes: 10_000_000,
  messages: 1_000,
  attributes: 100,
  nameBytes: 256,
  valueBytes: 1_024,
};

const TOPIC_PATTERN = /^projects\/[^/]+\/topics\/[A-Za-z][\w.~+%-]{2,254}$/;

/** The part of google.pubsub.v1.Publisher that Reelay uses. */
export function publisherService(registry: Registry<Description>): UntypedServiceImplementation {
  return {
    CreateTopic: unary<Topic, Topic>((topic) => {
      if (!TOPIC_PATTERN.test(topic.name ?? "")) throw invalid(`Invalid topic name: ${topic.name ?? ""}`);
      registry.createTopic(topic.name ?? "");
      return { name: topic.name ?? "" };
    }),
    GetTopic: unary<protos.google.pubsub.v1.IGetTopicRequest, Topic>(({ topic }) => {
      registry.topic(topic ?? "");
      return { name: topic ?? "" };
    }),
    ListTopics: unary<
      protos.google.pubsub.v1.IListTopicsRequest,
      protos.google.pubsub.v1.IListTopicsResponse
    >(({ project }) => ({ topics: registry.topicNames(project ?? "").map((name) => ({ name })) })),
    DeleteTopic: unary<protos.google.pubsub.v1.IDeleteTopicRequest, object>(({ topic }) => {
      registry.deleteTopic(topic ?? "");
      return {};
    }),
    ListTopicSubscriptions: unary<
      protos.google.pubsub.v1.IListTopicSubscriptionsRequest,
      protos.google.pubsub.v1.IListTopicSubscriptionsResponse
    >(({ topic }) => ({ subscriptions: [...registry.topic(topic ?? "")].map(({ name }) => name) })),
    Publish: unary<protos.google.pubsub.v1.IPublishRequest, protos.google.pubsub.v1.IPublishResponse>(
      ({ topic, messages }) => ({
        messageIds: registry.publish(topic ?? "", parseMessages(messages ?? [])),
      }),
    ),
  };
}

function parseMessages(messages: protos.google.pubsub.v1.IPubsubMessage[]): NewMessage[] {
  if (messages.length === 0) throw invalid("The publish request contains no messages.");
  if (messages.length > limits.messages) {
    throw invalid(
      `The publish request contains ${messages.length} messages; the limit is ${limits.messages}.`,
    );
  }
  const parsed = messages.map(parseMessage);
  const bytes = parsed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (bytes > limits.requestBytes) {
    throw invalid(`The publish request has ${bytes} bytes; the limit is ${limits.requestBytes}.`);
  }
  return parsed;
}

function parseMessage(message: protos.google.pubsub.v1.IPubsubMessage): NewMessage {
  const data = message.data as Uint8Array;
  const attributes = message.attributes ?? {};
  const names = Object.keys(attributes);
  if (data.length === 0 && names.length === 0) throw invalid("A message needs data or an attribute.");
  if (names.length > limits.attributes) {
    throw invalid(`A message has ${names.length} attributes; the limit is ${limits.attributes}.`);
  }
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "" || Buffer.byteLength(name) > limits.nameBytes) {
      throw invalid(`Attribute name "${name}" must have 1 to ${limits.nameBytes} bytes.`);
    }
    if (Buffer.byteLength(value) > limits.valueBytes) {
      throw invalid(`Attribute "${name}": its value has more than ${limits.valueBytes} bytes.`);
    }
  }
  const content = { data, attributes, orderingKey: message.orderingKey ?? "" };
  return { ...content, sizeBytes: sizeOf(content) };
}
