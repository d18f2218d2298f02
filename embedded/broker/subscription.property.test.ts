import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Leased, Subscription } from "./subscription.ts";

type Step =
  | { do: "add"; key: string }
  | { do: "take" }
  | { do: "ack" | "nack"; which: number }
  | { do: "wait"; ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("add" as const), key: fc.constantFrom("", "a", "b") }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("take" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom("ack" as const, "nack" as const), which: fc.nat(9) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 15_000 }) }),
  },
);

test("in every sequence, acknowledged messages are never redelivered, others are delivered, and keys keep order", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.boolean(), (steps, hasRetry) => {
      const run = createRun(hasRetry);
      for (const one of steps) {
        if (one.do === "add") run.add(one.key);
        else if (one.do === "take") run.take();
        else if (one.do === "wait") run.wait(one.ms);
        else run.settle(one.do, one.which);
      }
      run.settleAll();
      expect(run.subscription.size).toBe(0);
      expect(run.outstanding()).toEqual({ messages: 0, bytes: 0 });
      expect(run.acknowledged.size).toBe(run.added());
    }),
    { numRuns: 300 },
  );
});

/** Runs steps against a subscription and checks each delivery against earlier acknowledgements. */
function createRun(hasRetry: boolean) {
  let now = 0;
  let added = 0;
  let ackIds = 0;
  const owner = {};
  const acknowledged = new Set<number>();
  const ordered = new Map<string, number[]>();
  let held: Leased[] = [];
  const subscription = new Subscription<object>(
    {
      ackDeadlineMs: 10_000,
      isOrdered: true,
      maxMessages: 1_000,
      maxBytes: 1e9,
      retentionMs: 1e12,
      ...(hasRetry && { retry: { minMs: 500, maxMs: 2_000 } }),
    },
    () => `ack-${++ackIds}`,
  );

  const take = (): boolean => {
    const leased = subscription.take(owner, now);
    if (leased === undefined) return false;
    const { orderingKey, messageId } = leased.message;
    expect(acknowledged).not.toContain(Number(messageId));
    // Only the oldest unacknowledged message of a key may be delivered.
    if (orderingKey !== "") {
      const oldest = ordered.get(orderingKey)?.find((id) => !acknowledged.has(id));
      expect(Number(messageId)).toBe(oldest);
    }
    held.push(leased);
    return true;
  };
  const acknowledge = (leased: Leased) => {
    const before = subscription.size;
    subscription.acknowledge([leased.ackId]);
    if (subscription.size < before) acknowledged.add(Number(leased.message.messageId));
  };
  const wait = (ms: number) => {
    now += ms;
    subscription.advance(now);
  };

  return {
    subscription,
    acknowledged,
    take,
    wait,
    added: () => added,
    outstanding: () => subscription.outstandingOf(owner),
    add: (orderingKey: string) => {
      const id = ++added;
      if (orderingKey !== "") ordered.set(orderingKey, [...(ordered.get(orderingKey) ?? []), id]);
      subscription.add({
        messageId: String(id),
        data: new Uint8Array(),
        attributes: {},
        orderingKey,
        publishedAt: now,
        sizeBytes: 1,
      });
    },
    settle: (how: "ack" | "nack", which: number) => {
      const leased = held[which % Math.max(1, held.length)];
      if (leased === undefined) return;
      held = held.filter((other) => other !== leased);
      if (how === "ack") acknowledge(leased);
      else subscription.modifyDeadline([leased.ackId], 0, now);
    },
    settleAll: () => {
      for (let round = 0; round < 1_000 && subscription.size > 0; round++) {
        while (take());
        for (const leased of held.splice(0)) acknowledge(leased);
        wait(20_000);
      }
    },
  };
}
