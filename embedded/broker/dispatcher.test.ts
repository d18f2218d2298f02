import { expect, test } from "vitest";
import { type Consumer, Dispatcher } from "./dispatcher.ts";
import { notFound } from "./status-error.ts";
import { Subscription } from "./subscription.ts";

const createDispatcher = () => {
  let ackIds = 0;
  return new Dispatcher(
    new Subscription<Consumer>(
      { ackDeadlineMs: 10_000, isOrdered: false, maxMessages: 1_000, maxBytes: 1e9, retentionMs: 1e9 },
      () => `ack-${++ackIds}`,
    ),
  );
};

const publish = (dispatcher: Dispatcher, count: number, sizeBytes = 1) => {
  for (let index = 1; index <= count; index++) {
    dispatcher.subscription.add({
      messageId: String(index),
      data: new Uint8Array(),
      attributes: {},
      orderingKey: "",
      publishedAt: 0,
      sizeBytes,
    });
  }
  dispatcher.pump(0);
};

const createConsumer = (max: number) => {
  const batches: string[][] = [];
  const closed: string[] = [];
  const consumer: Consumer = {
    ackDeadlineMs: undefined,
    hasRoom: ({ messages }) => messages < max,
    deliver: (messages) => batches.push(messages.map(({ message }) => message.messageId)),
    close: (error) => closed.push(error.message),
  };
  return { consumer, batches, closed };
};

test("consumers take turns, and each receives its share in one delivery", () => {
  const dispatcher = createDispatcher();
  const [one, other] = [createConsumer(100), createConsumer(100)];
  dispatcher.join(one.consumer, 0);
  dispatcher.join(other.consumer, 0);
  publish(dispatcher, 5);
  expect(one.batches).toEqual([["1", "3", "5"]]);
  expect(other.batches).toEqual([["2", "4"]]);
});

test("a consumer without capacity is skipped, and messages beyond all capacity wait", () => {
  const dispatcher = createDispatcher();
  const [small, large] = [createConsumer(1), createConsumer(3)];
  dispatcher.join(small.consumer, 0);
  dispatcher.join(large.consumer, 0);
  publish(dispatcher, 6);
  expect([...small.batches, ...large.batches].flat().toSorted()).toEqual(["1", "2", "3", "4"]);
  const late = createConsumer(10);
  dispatcher.join(late.consumer, 0);
  expect(late.batches).toEqual([["5", "6"]]);
});

test("large messages are split over several deliveries", () => {
  const dispatcher = createDispatcher();
  const { consumer, batches } = createConsumer(100);
  dispatcher.join(consumer, 0);
  publish(dispatcher, 5, 1024 * 1024);
  expect(batches).toEqual([["1", "2"], ["3", "4"], ["5"]]);
});

test("a consumer that left receives nothing, and closing notifies the others", () => {
  const dispatcher = createDispatcher();
  const [left, stays] = [createConsumer(10), createConsumer(10)];
  dispatcher.join(left.consumer, 0);
  dispatcher.join(stays.consumer, 0);
  dispatcher.leave(left.consumer);
  publish(dispatcher, 2);
  dispatcher.close(notFound("it"));
  expect(left).toMatchObject({ batches: [], closed: [] });
  expect(stays).toMatchObject({ batches: [["1", "2"]], closed: ["Resource not found (resource=it)."] });
  expect(dispatcher.isConsumed).toBe(false);
});
