import type { StatusError } from "./status-error.ts";
import type { Leased, Outstanding, Subscription } from "./subscription.ts";

/** A consumer of a subscription: a waiting pull or an open stream. */
export interface Consumer {
  /** Overrides the subscription's deadline if set. */
  readonly ackDeadlineMs: number | undefined;
  /** True if one more message is allowed on top of those held. */
  hasRoom(held: Outstanding): boolean;
  deliver(messages: Leased[]): void;
  /** Called when the subscription was deleted or the broker stops. */
  close(error: StatusError): void;
}

/** Keeps a delivery well below gRPC's usual receive limit of 4 MiB, unless a single message is larger. */
const MAX_BATCH_BYTES = 2 * 1024 * 1024;

/** Distributes the ready messages of one subscription among its consumers, one message at a time in turn. */
export class Dispatcher {
  readonly subscription: Subscription<Consumer>;
  #consumers: Consumer[] = [];
  #turn = 0;

  constructor(subscription: Subscription<Consumer>) {
    this.subscription = subscription;
  }

  get isConsumed(): boolean {
    return this.#consumers.length > 0;
  }

  join(consumer: Consumer, now: number): void {
    this.#consumers.push(consumer);
    this.pump(now);
  }

  leave(consumer: Consumer): void {
    this.#consumers = this.#consumers.filter((other) => other !== consumer);
  }

  /** Delivers ready messages to consumers with capacity. Called whenever either may have changed. */
  pump(now: number): void {
    const batches = new Map<Consumer, { messages: Leased[]; bytes: number }>();
    while (this.subscription.hasReady) {
      const consumer = this.#nextWithRoom(batches);
      if (consumer === undefined) break;
      const leased = this.subscription.take(consumer, now, consumer.ackDeadlineMs);
      if (leased === undefined) break;
      const batch = batches.get(consumer) ?? { messages: [], bytes: 0 };
      batch.messages.push(leased);
      batch.bytes += leased.message.sizeBytes;
      batches.set(consumer, batch);
    }
    if (batches.size === 0) return;
    for (const [consumer, { messages }] of batches) consumer.deliver(messages);
    // A full batch may leave its consumer with capacity: repeat until no consumer has any.
    if (this.subscription.hasReady) this.pump(now);
  }

  /** Ends every consumer with an error. */
  close(error: StatusError): void {
    const consumers = this.#consumers;
    this.#consumers = [];
    for (const consumer of consumers) consumer.close(error);
  }

  #nextWithRoom(batches: Map<Consumer, { bytes: number }>): Consumer | undefined {
    for (let step = 0; step < this.#consumers.length; step++) {
      const index = (this.#turn + step) % this.#consumers.length;
      const consumer = this.#consumers[index];
      if (consumer === undefined || (batches.get(consumer)?.bytes ?? 0) >= MAX_BATCH_BYTES) continue;
      if (!consumer.hasRoom(this.subscription.outstandingOf(consumer))) continue;
      this.#turn = (index + 1) % this.#consumers.length;
      return consumer;
    }
    return undefined;
  }
}
