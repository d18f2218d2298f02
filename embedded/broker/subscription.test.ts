import { describe, expect, test } from "vitest";
import type { StoredMessage } from "./stored-message.ts";
import { Subscription, type SubscriptionSettings } from "./subscription.ts";

const settings: SubscriptionSettings = {
  ackDeadlineMs: 10_000,
  isOrdered: false,
  maxMessages: 100,
  maxBytes: 1_000_000,
  retentionMs: 600_000,
};

const message = (messageId: string, orderingKey = ""): StoredMessage => ({
  messageId,
  data: new Uint8Array(10),
  attributes: {},
  orderingKey,
  publishedAt: 0,
  sizeBytes: 10,
});

/** A subscription with messages `1`, `2`, ... and one consumer. */
function subscriptionWith(count: number, changes: Partial<SubscriptionSettings> = {}, key = "") {
  let ackIds = 0;
  const consumer = { name: "consumer" };
  const subscription = new Subscription<object>({ ...settings, ...changes }, () => `ack-${++ackIds}`);
  for (let index = 1; index <= count; index++) subscription.add(message(String(index), key));
  const take = (now: number) => subscription.take(consumer, now);
  const takeAll = (now: number): string[] => {
    const ids: string[] = [];
    for (let leased = take(now); leased !== undefined; leased = take(now)) ids.push(leased.message.messageId);
    return ids;
  };
  return { subscription, consumer, take, takeAll };
}

describe("leases", () => {
  test("a leased message is not delivered again before its deadline", () => {
    const { subscription, takeAll } = subscriptionWith(2);
    expect(takeAll(0)).toEqual(["1", "2"]);
    subscription.advance(9_999);
    expect(takeAll(9_999)).toEqual([]);
    subscription.advance(10_000);
    expect(takeAll(10_000)).toEqual(["1", "2"]);
  });

  test("an acknowledged message is never redelivered", () => {
    const { subscription, take } = subscriptionWith(1);
    subscription.acknowledge([take(0)?.ackId ?? ""]);
    subscription.advance(1_000_000);
    expect(subscription.hasReady).toBe(false);
    expect(subscription.size).toBe(0);
  });

  test("a late acknowledgement counts as long as the message was not delivered again", () => {
    const { subscription, take } = subscriptionWith(2);
    const [late, tooLate] = [take(0)?.ackId ?? "", take(0)?.ackId ?? ""];
    subscription.advance(10_000);
    subscription.acknowledge([late]);
    const again = take(10_000);
    expect(again?.message.messageId).toBe("2");
    subscription.acknowledge([tooLate]);
    subscription.advance(20_000);
    expect(take(20_000)?.message.messageId).toBe("2");
  });

  test("a renewed lease lasts from the renewal", () => {
    const { subscription, take } = subscriptionWith(1);
    subscription.modifyDeadline([take(0)?.ackId ?? ""], 60_000, 5_000);
    subscription.advance(64_999);
    expect(subscription.hasReady).toBe(false);
    subscription.advance(65_000);
    expect(subscription.hasReady).toBe(true);
  });

  test("a returned message is delivered before undelivered ones", () => {
    const { subscription, take, takeAll } = subscriptionWith(3);
    subscription.modifyDeadline([take(0)?.ackId ?? ""], 0, 0);
    expect(takeAll(0)).toEqual(["1", "2", "3"]);
  });

  test("returning an expired lease does not affect the new one", () => {
    const { subscription, take } = subscriptionWith(1);
    const old = take(0)?.ackId ?? "";
    subscription.advance(10_000);
    take(10_000);
    subscription.modifyDeadline([old], 0, 10_001);
    expect(subscription.hasReady).toBe(false);
  });

  test("a consumer's messages count as held until acknowledged, returned or expired", () => {
    const { subscription, consumer, take } = subscriptionWith(3);
    const leased = [take(0), take(0), take(0)].map((one) => one?.ackId ?? "");
    expect(subscription.outstandingOf(consumer)).toEqual({ messages: 3, bytes: 30 });
    subscription.acknowledge([leased[0] ?? "", leased[0] ?? ""]);
    expect(subscription.outstandingOf(consumer)).toEqual({ messages: 2, bytes: 20 });
    subscription.modifyDeadline([leased[1] ?? ""], 0, 0);
    expect(subscription.outstandingOf(consumer)).toEqual({ messages: 1, bytes: 10 });
    subscription.advance(10_000);
    expect(subscription.outstandingOf(consumer)).toEqual({ messages: 0, bytes: 0 });
  });
});

test("a retry policy delays each redelivery longer, up to its maximum", () => {
  const { subscription, take } = subscriptionWith(1, { retry: { minMs: 1_000, maxMs: 3_000 } });
  let now = 0;
  for (const delay of [1_000, 2_000, 3_000, 3_000]) {
    subscription.modifyDeadline([take(now)?.ackId ?? ""], 0, now);
    subscription.advance(now + delay - 1);
    expect(subscription.hasReady).toBe(false);
    now += delay;
    subscription.advance(now);
    expect(subscription.hasReady).toBe(true);
  }
});

describe("ordering keys", () => {
  test("the next message of a key is delivered after the previous one is acknowledged", () => {
    const { subscription, take } = subscriptionWith(2, { isOrdered: true }, "key");
    subscription.add(message("other", "other key"));
    const first = take(0);
    expect(first?.message.messageId).toBe("1");
    expect(take(0)?.message.messageId).toBe("other");
    expect(take(0)).toBeUndefined();
    subscription.acknowledge([first?.ackId ?? ""]);
    expect(take(0)?.message.messageId).toBe("2");
  });

  test("a redelivery keeps its place before what follows it", () => {
    const { subscription, take, takeAll } = subscriptionWith(3, { isOrdered: true }, "key");
    subscription.modifyDeadline([take(0)?.ackId ?? ""], 0, 0);
    expect(takeAll(0)).toEqual(["1"]);
  });

  test("dropping a message of a key makes the next one ready", () => {
    const { take, takeAll } = subscriptionWith(3, { isOrdered: true, maxMessages: 2 }, "key");
    expect(take(0)?.message.messageId).toBe("2");
    expect(takeAll(0)).toEqual([]);
  });
});

describe("bounds", () => {
  test("above the limit the oldest messages are dropped", () => {
    const { subscription, takeAll } = subscriptionWith(150);
    expect(subscription.size).toBe(100);
    expect(takeAll(0)[0]).toBe("51");
  });

  test("bytes are limited too", () => {
    expect(subscriptionWith(10, { maxBytes: 45 }).takeAll(0)).toEqual(["7", "8", "9", "10"]);
  });

  test("a dropped message is removed even while it is leased", () => {
    const { subscription, consumer, take } = subscriptionWith(1, { maxMessages: 1 });
    const leased = take(0);
    subscription.add(message("2"));
    expect(subscription.outstandingOf(consumer).messages).toBe(0);
    subscription.advance(10_000);
    expect(take(10_000)?.message.messageId).toBe("2");
    subscription.acknowledge([leased?.ackId ?? ""]);
    expect(subscription.size).toBe(1);
  });

  test("messages are dropped after the retention", () => {
    const { subscription } = subscriptionWith(3, { retentionMs: 600_000 });
    subscription.advance(599_999);
    expect(subscription.size).toBe(3);
    subscription.advance(600_000);
    expect(subscription.size).toBe(0);
    expect(subscription.hasReady).toBe(false);
  });
});
