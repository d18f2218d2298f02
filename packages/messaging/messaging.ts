import type { Message } from "@reelay/contracts";
import type { SubscriptionSpec } from "./topology.ts";

/** A message as it was delivered. Exactly one of `ack` and `nack` is called; later calls do nothing. */
export interface Delivery<M extends Message = Message> {
  message: M;
  /** As on the wire. `traceOf` reads the trace from them. */
  attributes?: Record<string, string>;
  /** 1 for the first delivery where the broker counts, else 0. */
  deliveryAttempt: number;
  /** Resolves when the broker was told. */
  ack(): Promise<void>;
  /** Ask for redelivery now. */
  nack(): Promise<void>;
}

export interface ConsumeOptions {
  /** Messages handled at once. Default 100. */
  maxInFlight?: number;
}

/** The one messaging path: Google Pub/Sub's own client, whatever server it talks to. */
export interface Messaging extends AsyncDisposable {
  /** Creates the topics and durable subscriptions that are missing; safe to call from many processes at once. */
  provision(): Promise<void>;
  /**
   * Resolves when the broker holds the message; rejects with `PublishFailedError` when it did not take it within ten seconds. The message
   * carries the active trace as its attribute `traceparent`.
   */
  publish(message: Message): Promise<void>;
  /** Publishes bytes as they are (outbox relay). `attributes.type` decides the topic; `attributes.traceparent`, if any, is gone on with. */
  publishEncoded(envelope: { data: Uint8Array; attributes: Record<string, string> }): Promise<void>;
  /**
   * Streams a subscription (created if missing) to `handle`: acknowledged when it resolves, redelivered when it rejects.
   * Unreadable messages are moved to the `unreadable` topic with their reason in the attributes, and never reach `handle`.
   * Disposing stops, after the running handlers. Goes on by itself when the broker was away or forgot the subscription.
   */
  consume(
    subscription: SubscriptionSpec,
    handle: (delivery: Delivery) => Promise<void>,
    options?: ConsumeOptions,
  ): Promise<AsyncDisposable>;
  /**
   * Pulls at most `max` messages of a durable subscription, waiting up to ten seconds for the first: for workers that take no more
   * than they have slots for. The caller acknowledges. Unreadable messages are set aside as in `consume`. Resolves with nothing
   * when none came, when aborted, and when the broker stayed away for so long; rejects when the broker refuses.
   */
  pull(subscription: SubscriptionSpec, max: number, signal: AbortSignal): Promise<Delivery[]>;
  /** Round trip to the broker; rejects when it is away. */
  ping(signal?: AbortSignal): Promise<void>;
  /** Deletes an ephemeral subscription at the end of its process; a missing one is fine. */
  unsubscribe(subscription: SubscriptionSpec): Promise<void>;
}
