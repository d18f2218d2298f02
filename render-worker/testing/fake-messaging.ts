import type { Message } from "@reelay/contracts";
import { decodeMessage, encodeMessage } from "@reelay/contracts";
import {
  checksOf,
  type Delivery,
  type Messaging,
  type SubscriptionSpec,
  tasksOf,
  topicOf,
} from "@reelay/messaging";

/**
 * An in-memory broker for the worker's port. Messages pass through the real codec, so that only valid ones
 * are sent.
 */
export class FakeMessaging implements Messaging {
  readonly published: Message[] = [];
  readonly acked: Message[] = [];
  readonly nacked: Message[] = [];
  /** While set, publishing rejects. */
  isAway = false;
  /** While set, no call is ever answered, as when packets are lost. */
  isSilent = false;
  #tasks: Message[] = [];
  readonly #consumers = new Map<string, (delivery: Delivery) => Promise<void>>();
  readonly #wakers = new Set<() => void>();

  enqueue(message: Message): void {
    this.#tasks.push(roundTrip(message));
    this.#wake();
  }

  /** Delivers a control message as the broker would. */
  async control(message: Message): Promise<void> {
    const isFor = (subscription: string) =>
      message.type !== "source.check-requested.v1" || subscription === checksOf(message.kind).name;
    const handlers = [...this.#consumers].flatMap(([name, handle]) => (isFor(name) ? [handle] : []));
    await Promise.all(handlers.map((handle) => handle(this.#deliver(roundTrip(message)))));
  }

  async publish(message: Message): Promise<void> {
    if (this.isAway) throw new Error("the broker is away");
    if (this.isSilent) return new Promise(() => {});
    this.published.push(roundTrip(message));
    this.#wake();
  }

  async pull(subscription: SubscriptionSpec, max: number, signal: AbortSignal): Promise<Delivery[]> {
    const isFor = (message: Message) =>
      message.type === "task.requested.v1" && subscription.name === tasksOf("cpu", message.kind).name;
    while (!this.#tasks.some(isFor)) {
      if (signal.aborted) return [];
      await this.#woken(signal);
    }
    const found = this.#tasks.filter(isFor).slice(0, max);
    this.#tasks = this.#tasks.filter((message) => !found.includes(message));
    return found.map((message) => this.#deliver(message));
  }

  async consume(
    subscription: SubscriptionSpec,
    handle: (delivery: Delivery) => Promise<void>,
  ): Promise<AsyncDisposable> {
    this.#consumers.set(subscription.name, handle);
    return { [Symbol.asyncDispose]: async () => void this.#consumers.delete(subscription.name) };
  }

  /** Resolves with the first matching message, published already or later. */
  async until<M extends Message>(
    matches: (message: Message) => message is M,
    signal = AbortSignal.timeout(600_000),
  ): Promise<M> {
    for (;;) {
      const found = this.published.find(matches);
      if (found) return found;
      signal.throwIfAborted();
      await this.#woken(signal);
    }
  }

  /** Resolves with the first message that was returned. */
  async untilNacked(signal = AbortSignal.timeout(60_000)): Promise<Message> {
    for (;;) {
      const [first] = this.nacked;
      if (first) return first;
      signal.throwIfAborted();
      await this.#woken(signal);
    }
  }

  ofType<T extends Message["type"]>(type: T): Extract<Message, { type: T }>[] {
    return this.published.filter(
      (message): message is Extract<Message, { type: T }> => message.type === type,
    );
  }

  get consumers(): number {
    return this.#consumers.size;
  }

  async provision(): Promise<void> {}
  async publishEncoded(): Promise<void> {}
  async ping(): Promise<void> {}
  unsubscribe(): Promise<void> {
    return this.isSilent ? new Promise(() => {}) : Promise.resolve();
  }
  async [Symbol.asyncDispose](): Promise<void> {}

  #deliver(message: Message): Delivery {
    topicOf(message.type);
    return {
      message,
      deliveryAttempt: 1,
      ack: async () => void this.acked.push(message),
      nack: async () => {
        this.nacked.push(message);
        this.#wake();
      },
    };
  }

  #wake(): void {
    for (const wake of this.#wakers) wake();
    this.#wakers.clear();
  }

  #woken(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener("abort", wake);
        this.#wakers.delete(wake);
        resolve();
      };
      this.#wakers.add(wake);
      signal.addEventListener("abort", wake, { once: true });
    });
  }
}

function roundTrip(message: Message): Message {
  const decoded = decodeMessage(encodeMessage(message).data);
  if (!decoded.ok) throw new Error(`an invalid message was sent: ${decoded.reason}`);
  return decoded.message;
}
