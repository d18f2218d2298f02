import { randomBytes } from "node:crypto";
import type { Clock } from "./clock.ts";
import { type Consumer, Dispatcher } from "./dispatcher.ts";
import type { Filter } from "./filter.ts";
import { alreadyExists, notFound, type StatusError } from "./status-error.ts";
import type { StoredMessage } from "./stored-message.ts";
import { Subscription, type SubscriptionSettings } from "./subscription.ts";

/** Pub/Sub's name for the deleted topic of a subscription. */
const DELETED_TOPIC = "_deleted-topic_";

/** A parsed request for a subscription. */
export interface SubscriptionPlan<Description> {
  name: string;
  topic: string;
  filter: Filter;
  settings: SubscriptionSettings;
  /** Deleted after this much time without use; null: never. */
  expiresAfterMs: number | null;
  /** The original request, returned to clients; opaque here. */
  description: Description;
}

interface RegisteredSubscription<Description> extends SubscriptionPlan<Description> {
  dispatcher: Dispatcher;
  usedAt: number;
}

/**
 * Topics and subscriptions by full name (`projects/P/topics/T`), and the routing of messages between them.
 */
export class Registry<Description> {
  readonly #clock: Clock;
  readonly #nextAckId = createAckIds();
  readonly #topics = new Map<string, Set<RegisteredSubscription<Description>>>();
  readonly #subscriptions = new Map<string, RegisteredSubscription<Description>>();
  #messages = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  createTopic(name: string): void {
    if (this.#topics.has(name)) throw alreadyExists(name);
    this.#topics.set(name, new Set());
  }

  topic(name: string): ReadonlySet<RegisteredSubscription<Description>> {
    const subscriptions = this.#topics.get(name);
    if (subscriptions === undefined) throw notFound(name);
    return subscriptions;
  }

  topicNames(project: string): string[] {
    return [...this.#topics.keys()].filter((name) => name.startsWith(`${project}/`));
  }

  /** Its subscriptions remain, detached, with their messages. */
  deleteTopic(name: string): void {
    for (const subscription of this.topic(name)) subscription.topic = DELETED_TOPIC;
    this.#topics.delete(name);
  }

  createSubscription(plan: SubscriptionPlan<Description>): RegisteredSubscription<Description> {
    if (this.#subscriptions.has(plan.name)) throw alreadyExists(plan.name);
    const ofTopic = this.#topics.get(plan.topic);
    if (ofTopic === undefined) throw notFound(plan.topic);
    const dispatcher = new Dispatcher(new Subscription<Consumer>(plan.settings, this.#nextAckId));
    const subscription = { ...plan, dispatcher, usedAt: this.#clock.now() };
    ofTopic.add(subscription);
    this.#subscriptions.set(plan.name, subscription);
    return subscription;
  }

  /** A lookup counts as use of the subscription. */
  subscription(name: string): RegisteredSubscription<Description> {
    const subscription = this.#subscriptions.get(name);
    if (subscription === undefined) throw notFound(name);
    subscription.usedAt = this.#clock.now();
    return subscription;
  }

  subscriptions(project: string): RegisteredSubscription<Description>[] {
    return [...this.#subscriptions.values()].filter(({ name }) => name.startsWith(`${project}/`));
  }

  deleteSubscription(name: string): void {
    const subscription = this.subscription(name);
    this.#subscriptions.delete(name);
    this.#topics.get(subscription.topic)?.delete(subscription);
    subscription.dispatcher.close(notFound(name));
  }

  /** Adds the messages to every subscription with a matching filter. Returns their ids, in order. */
  publish(topic: string, messages: Omit<StoredMessage, "messageId" | "publishedAt">[]): string[] {
    const subscriptions = this.topic(topic);
    const now = this.#clock.now();
    const stored = messages.map((message) => ({
      ...message,
      messageId: String(++this.#messages),
      publishedAt: now,
    }));
    for (const { filter, dispatcher } of subscriptions) {
      for (const message of stored) if (filter(message.attributes)) dispatcher.subscription.add(message);
      dispatcher.pump(now);
    }
    return stored.map(({ messageId }) => messageId);
  }

  /** Advances time: deadlines, delays, retention, expiry of unused subscriptions. */
  advance(): void {
    const now = this.#clock.now();
    for (const subscription of this.#subscriptions.values()) {
      const { dispatcher, expiresAfterMs, name } = subscription;
      if (dispatcher.isConsumed) subscription.usedAt = now;
      if (expiresAfterMs !== null && now - subscription.usedAt >= expiresAfterMs) {
        this.deleteSubscription(name);
        continue;
      }
      dispatcher.subscription.advance(now);
      dispatcher.pump(now);
    }
  }

  /** Ends every waiting pull and open stream. */
  close(error: StatusError): void {
    for (const { dispatcher } of this.#subscriptions.values()) dispatcher.close(error);
  }
}

/**
 * Acknowledgement ids: unique within a broker and, through a random prefix, across earlier brokers on the
 * same port.
 */
function createAckIds(): () => string {
  const prefix = randomBytes(6).toString("base64url");
  let count = 0;
  return () => `${prefix}-${(++count).toString(36)}`;
}
