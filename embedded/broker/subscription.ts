import { Backlog, type BacklogLimits, type Entry } from "./backlog.ts";
import type { StoredMessage } from "./stored-message.ts";

export interface SubscriptionSettings extends BacklogLimits {
  ackDeadlineMs: number;
  /** Pause before a redelivery, doubled with each delivery; absent: none. */
  retry?: { minMs: number; maxMs: number };
  isOrdered: boolean;
}

/** One delivery of one message. */
export interface Leased {
  ackId: string;
  message: StoredMessage;
}

/** A consumer's unacknowledged messages. */
export interface Outstanding {
  messages: number;
  bytes: number;
}

interface Lease<Owner> {
  entry: Entry;
  owner: Owner;
  /** Milliseconds since the epoch; null after the lease ended without another delivery. */
  deadline: number | null;
}

/**
 * The messages and leases of one subscription: a state machine independent of gRPC and of a clock. Every
 * message is ready, leased to an owner until a deadline, or delayed by the retry policy; an acknowledgement
 * ends it.
 */
export class Subscription<Owner extends object> {
  readonly #settings: SubscriptionSettings;
  readonly #backlog: Backlog;
  readonly #nextAckId: () => string;
  readonly #leases = new Map<string, Lease<Owner>>();
  readonly #outstanding = new Map<Owner, Outstanding>();
  #delayed: { entry: Entry; until: number }[] = [];

  constructor(settings: SubscriptionSettings, nextAckId: () => string) {
    this.#settings = settings;
    this.#backlog = new Backlog(settings, settings.isOrdered);
    this.#nextAckId = nextAckId;
  }

  get hasReady(): boolean {
    return this.#backlog.hasReady;
  }

  /** Messages in the subscription, delivered or not. */
  get size(): number {
    return this.#backlog.size;
  }

  outstandingOf(owner: Owner): Outstanding {
    return this.#outstanding.get(owner) ?? { messages: 0, bytes: 0 };
  }

  add(message: StoredMessage): void {
    for (const dropped of this.#backlog.add(message)) this.#end(dropped);
  }

  /** Leases the next ready message to `owner`. */
  take(owner: Owner, now: number, ackDeadlineMs = this.#settings.ackDeadlineMs): Leased | undefined {
    const entry = this.#backlog.takeReady();
    if (entry === undefined) return undefined;
    if (entry.ackId !== null) this.#leases.delete(entry.ackId);
    const ackId = this.#nextAckId();
    entry.ackId = ackId;
    entry.deliveries++;
    this.#leases.set(ackId, { entry, owner, deadline: now + ackDeadlineMs });
    this.#hold(owner, entry.message);
    return { ackId, message: entry.message };
  }

  /**
   * Ends messages. A late acknowledgement counts if the message was not delivered again; an unknown one is
   * ignored.
   */
  acknowledge(ackIds: readonly string[]): void {
    for (const ackId of ackIds) {
      const lease = this.#leases.get(ackId);
      if (lease !== undefined) this.#end(lease.entry);
    }
  }

  /**
   * Moves deadlines to `ackDeadlineMs` from now; 0 returns the message for redelivery. Ended leases stay
   * ended.
   */
  modifyDeadline(ackIds: readonly string[], ackDeadlineMs: number, now: number): void {
    const givenBack: Lease<Owner>[] = [];
    for (const ackId of ackIds) {
      const lease = this.#leases.get(ackId);
      if (lease === undefined || lease.deadline === null) continue;
      if (ackDeadlineMs > 0) lease.deadline = now + ackDeadlineMs;
      else givenBack.push(lease);
    }
    this.#giveBack(givenBack, now);
  }

  /** Advances time: expired leases return, delayed messages become ready, old ones are dropped. */
  advance(now: number): void {
    for (const expired of this.#backlog.forgetOlderThan(now)) this.#end(expired);
    const over = [...this.#leases.values()].filter(({ deadline }) => deadline !== null && deadline <= now);
    this.#giveBack(over, now);
    const due = this.#delayed.filter(({ until }) => until <= now);
    if (due.length === 0) return;
    this.#delayed = this.#delayed.filter(({ until }) => until > now);
    this.#backlog.returnReady(due.map(({ entry }) => entry));
  }

  #giveBack(leases: Lease<Owner>[], now: number): void {
    const ready: Entry[] = [];
    for (const lease of leases) {
      this.#release(lease);
      const until = now + this.#backoffOf(lease.entry);
      if (until <= now) ready.push(lease.entry);
      else this.#delayed.push({ entry: lease.entry, until });
    }
    this.#backlog.returnReady(ready);
  }

  #backoffOf(entry: Entry): number {
    const { retry } = this.#settings;
    return retry === undefined ? 0 : Math.min(retry.maxMs, retry.minMs * 2 ** (entry.deliveries - 1));
  }

  #end(entry: Entry): void {
    if (entry.ackId !== null) {
      const lease = this.#leases.get(entry.ackId);
      if (lease !== undefined) this.#release(lease);
      this.#leases.delete(entry.ackId);
    }
    this.#backlog.remove(entry);
    this.#delayed = this.#delayed.length === 0 ? [] : this.#delayed.filter((delay) => delay.entry !== entry);
  }

  #release(lease: Lease<Owner>): void {
    if (lease.deadline === null) return;
    lease.deadline = null;
    const held = this.outstandingOf(lease.owner);
    if (held.messages <= 1) this.#outstanding.delete(lease.owner);
    else {
      this.#outstanding.set(lease.owner, {
        messages: held.messages - 1,
        bytes: held.bytes - lease.entry.message.sizeBytes,
      });
    }
  }

  #hold(owner: Owner, message: StoredMessage): void {
    const held = this.outstandingOf(owner);
    this.#outstanding.set(owner, {
      messages: held.messages + 1,
      bytes: held.bytes + message.sizeBytes,
    });
  }
}
