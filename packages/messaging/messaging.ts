import type { Message } from "@reelay/contracts";
import type { SubscriptionSpec } from "./topology.ts";

/** A delivered message. The first call of `ack` or `nack` settles it; later calls do nothing. */
export interface Delivery<M extends Message = Message> {
  message: M;
  /** The attributes on the wire. `traceOf` reads the trace from them. */
  attributes?: Record<string, string>;
  /** A task's attempt, if the server has opened it. Absent: the worker opens one when it starts the task. */
  attemptId?: string;
  /** 1 for the first delivery; 0 if the broker does not count deliveries. */
  deliveryAttempt: number;
  /** Resolves when the broker has received the acknowledgement. */
  ack(): Promise<void>;
  /** Requests immediate redelivery. */
  nack(): Promise<void>;
  /**
   * Returns a task that this worker does not support. Absent: it acknowledges the task, which is sent again.
   */
  refuse?(): Promise<void>;
}

export interface ConsumeOptions {
  /** Maximum number of messages handled concurrently. Default 100. */
  maxInFlight?: number;
}

/**
 * Messages between API and workers: Google Pub/Sub's own client, against any server that speaks the protocol;
 * for workers that reach the API only, its HTTP gateway.
 */
export interface Messaging extends AsyncDisposable {
  /**
   * The only subscription of tasks, if the server chooses them for this worker. Absent: one per pool and
   * kind.
   */
  readonly claims?: SubscriptionSpec;
  /** Creates missing topics and durable subscriptions. Safe to call from many processes concurrently. */
  provision(): Promise<void>;
  /**
   * Resolves when the broker has stored the message; rejects with `PublishFailedError` after ten seconds. The
   * message carries the active trace in its attribute `traceparent`.
   */
  publish(message: Message): Promise<void>;
  /**
   * Publishes bytes unchanged (outbox relay). `attributes.type` selects the topic; `attributes.traceparent`,
   * if present, continues that trace.
   */
  publishEncoded(envelope: { data: Uint8Array; attributes: Record<string, string> }): Promise<void>;
  /**
   * Streams a subscription (created if missing) to `handle`. A message is acknowledged when `handle` resolves
   * and redelivered when it rejects. Unreadable messages move to the `unreadable` topic with the reason in
   * their attributes and never reach `handle`. Disposing stops the stream after the running handlers, and
   * returns the messages that wait; those still on their way to the consumer are redelivered after the
   * subscription's acknowledgement deadline. The stream resumes automatically after the broker was
   * unavailable or lost the subscription.
   */
  consume(
    subscription: SubscriptionSpec,
    handle: (delivery: Delivery) => Promise<void>,
    options?: ConsumeOptions,
  ): Promise<AsyncDisposable>;
  /**
   * Pulls at most `max` messages of a durable subscription and waits up to ten seconds for the first one: for
   * workers that accept only as many tasks as they have free slots. The caller acknowledges. Unreadable
   * messages are set aside as in `consume`. Resolves with an empty list when none arrived, when aborted, and
   * when the broker was unavailable for that long; rejects when the broker refuses the request.
   */
  pull(subscription: SubscriptionSpec, max: number, signal: AbortSignal): Promise<Delivery[]>;
  /** One round trip to the broker. Rejects when it is unavailable. */
  ping(signal?: AbortSignal): Promise<void>;
  /**
   * Deletes a process's ephemeral subscription when the process ends. A missing subscription is not an error.
   */
  unsubscribe(subscription: SubscriptionSpec): Promise<void>;
}
