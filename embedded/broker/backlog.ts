import type { StoredMessage } from "./stored-message.ts";

export interface BacklogLimits {
  /** Above this number the oldest messages are dropped. */
  maxMessages: number;
  /** Above this number of bytes (whole messages) the oldest are dropped. */
  maxBytes: number;
  /** Older messages are dropped. */
  retentionMs: number;
}

/** A message in one subscription. */
export interface Entry {
  message: StoredMessage;
  /** Id of the last delivery; null before the first. */
  ackId: string | null;
  deliveries: number;
  /** Acknowledged, dropped or expired: skipped wherever it is still queued. */
  isGone: boolean;
}

/**
 * The messages of one subscription, oldest first, and which of them are ready. With ordering, the messages of
 * one ordering key form a lane: only its first message is ready or leased, and the next follows when that one
 * is gone. A redelivery therefore repeats later messages too.
 */
export class Backlog {
  readonly #limits: BacklogLimits;
  readonly #isOrdered: boolean;
  /** All messages in publish order, including some that are gone. */
  readonly #all = new Deque<Entry>();
  readonly #ready = new Deque<Entry>();
  /** Per ordering key: the first message is ready, leased or delayed; the others wait. */
  readonly #lanes = new Map<string, Deque<Entry>>();
  #messages = 0;
  #bytes = 0;

  constructor(limits: BacklogLimits, isOrdered: boolean) {
    this.#limits = limits;
    this.#isOrdered = isOrdered;
  }

  get size(): number {
    return this.#messages;
  }

  get hasReady(): boolean {
    this.#skipGone(this.#ready);
    return this.#ready.length > 0;
  }

  /** Returns the messages beyond the limits; the caller removes them. */
  add(message: StoredMessage): Entry[] {
    const entry: Entry = { message, ackId: null, deliveries: 0, isGone: false };
    this.#all.push(entry);
    this.#messages++;
    this.#bytes += message.sizeBytes;
    this.#enqueue(entry);
    return this.#overflow();
  }

  takeReady(): Entry | undefined {
    this.#skipGone(this.#ready);
    return this.#ready.shift();
  }

  /** Returns delivered messages to the front, in the given order. */
  returnReady(entries: Entry[]): void {
    for (const entry of entries.toReversed()) if (!entry.isGone) this.#ready.unshift(entry);
  }

  remove(entry: Entry): void {
    if (entry.isGone) return;
    entry.isGone = true;
    this.#messages--;
    this.#bytes -= entry.message.sizeBytes;
    this.#advanceLane(entry);
    this.#skipGone(this.#all);
    for (const deque of [this.#all, this.#ready]) {
      if (deque.length > 2 * this.#messages + 1_024) deque.retain(({ isGone }) => !isGone);
    }
  }

  /** Returns messages past the retention; the caller removes them. */
  forgetOlderThan(now: number): Entry[] {
    return this.#oldestWhile(({ message }) => message.publishedAt + this.#limits.retentionMs <= now);
  }

  #overflow(): Entry[] {
    let messages = this.#messages;
    let bytes = this.#bytes;
    return this.#oldestWhile((entry) => {
      if (messages <= this.#limits.maxMessages && bytes <= this.#limits.maxBytes) return false;
      messages--;
      bytes -= entry.message.sizeBytes;
      return true;
    });
  }

  #oldestWhile(condition: (entry: Entry) => boolean): Entry[] {
    const oldest: Entry[] = [];
    for (;;) {
      this.#skipGone(this.#all);
      const entry = this.#all.peek();
      if (entry === undefined || !condition(entry)) return oldest;
      this.#all.shift();
      oldest.push(entry);
    }
  }

  #enqueue(entry: Entry): void {
    const key = this.#isOrdered ? entry.message.orderingKey : "";
    if (key === "") {
      this.#ready.push(entry);
      return;
    }
    const lane = this.#lanes.get(key);
    if (lane !== undefined) {
      lane.push(entry);
      return;
    }
    const started = new Deque<Entry>();
    started.push(entry);
    this.#lanes.set(key, started);
    this.#ready.push(entry);
  }

  #advanceLane(gone: Entry): void {
    const { orderingKey } = gone.message;
    const lane = this.#isOrdered && orderingKey !== "" ? this.#lanes.get(orderingKey) : undefined;
    if (lane === undefined || lane.peek() !== gone) return;
    this.#skipGone(lane);
    const next = lane.peek();
    if (next === undefined) this.#lanes.delete(orderingKey);
    else this.#ready.push(next);
  }

  #skipGone(deque: Deque<Entry>): void {
    while (deque.peek()?.isGone === true) deque.shift();
  }
}

/** A queue with constant-time operations at both ends: an array's `shift` moves every following element. */
class Deque<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  peek(): T | undefined {
    return this.#items[this.#head];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Inserts an item at the front. */
  unshift(item: T): void {
    if (this.#head > 0) this.#items[--this.#head] = item;
    else this.#items.unshift(item);
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.#head > 1_024 && this.#head * 2 > this.#items.length) this.#compact();
    return item;
  }

  /** Drops items for which `keep` returns false. */
  retain(keep: (item: T) => boolean): void {
    this.#compact();
    this.#items = this.#items.filter((item) => keep(item as T));
  }

  #compact(): void {
    this.#items = this.#items.slice(this.#head);
    this.#head = 0;
  }
}
