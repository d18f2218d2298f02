import { once } from "node:events";
import { status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { createBroker } from "./create-broker.ts";
import { createTestClient } from "./test-client.ts";

const topic = "projects/p/topics/reports";
const subscription = "projects/p/subscriptions/reports";
const day = 24 * 60 * 60;

interface Received {
  receivedMessages: { ackId: string; message: { data: Buffer } }[];
}

async function brokerWithSubscription(settings: object = {}) {
  const stack = new AsyncDisposableStack();
  const clock = { time: 1_000_000, now: () => clock.time };
  const broker = stack.use(await createBroker({ clock }));
  const client = stack.use(createTestClient(broker.address));
  await client.call("CreateTopic", { name: topic });
  await client.call("CreateSubscription", { name: subscription, topic, ...settings });
  const publish = (...texts: string[]) =>
    client.call("Publish", { topic, messages: texts.map((text) => ({ data: Buffer.from(text) })) });
  const pull = async (maxMessages = 10) =>
    (await client.call<Received>("Pull", { subscription, maxMessages, returnImmediately: true }))
      .receivedMessages;
  return { broker, client, clock, publish, pull, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const texts = (received: Received["receivedMessages"]) => received.map(({ message }) => String(message.data));

test.each([
  ["CreateTopic", { name: topic }, status.ALREADY_EXISTS],
  ["CreateTopic", { name: "reports" }, status.INVALID_ARGUMENT],
  ["GetTopic", { topic: "projects/p/topics/none" }, status.NOT_FOUND],
  ["CreateSubscription", { name: subscription, topic }, status.ALREADY_EXISTS],
  ["CreateSubscription", { name: `${subscription}-2`, topic: `${topic}-2` }, status.NOT_FOUND],
  ["CreateSubscription", { name: `${subscription}-2`, topic, filter: "pool" }, status.INVALID_ARGUMENT],
  [
    "CreateSubscription",
    { name: `${subscription}-2`, topic, ackDeadlineSeconds: 5 },
    status.INVALID_ARGUMENT,
  ],
  ["CreateSubscription", { name: `${subscription}-2`, topic, deadLetterPolicy: {} }, status.UNIMPLEMENTED],
  ["Publish", { topic: `${topic}-2`, messages: [{ data: Buffer.from("x") }] }, status.NOT_FOUND],
  ["Publish", { topic, messages: [] }, status.INVALID_ARGUMENT],
  ["Publish", { topic, messages: [{}] }, status.INVALID_ARGUMENT],
  ["Publish", { topic, messages: [{ data: Buffer.alloc(10_000_001) }] }, status.INVALID_ARGUMENT],
  ["Pull", { subscription, maxMessages: 0 }, status.INVALID_ARGUMENT],
  ["Pull", { subscription: `${subscription}-2`, maxMessages: 1 }, status.NOT_FOUND],
  ["Acknowledge", { subscription: `${subscription}-2`, ackIds: ["a"] }, status.NOT_FOUND],
  ["Seek", { subscription }, status.UNIMPLEMENTED],
])("%s %j is refused with the real service's status", async (method, request, code) => {
  await using b = await brokerWithSubscription();
  await expect(b.client.call(method, request)).rejects.toMatchObject({ code });
});

test("an unknown acknowledgement changes nothing", async () => {
  await using b = await brokerWithSubscription();
  await b.client.call("Acknowledge", { subscription, ackIds: ["never seen"] });
});

test("a waiting pull returns when a message arrives", async () => {
  await using b = await brokerWithSubscription();
  const pulled = b.client.call<Received>("Pull", { subscription, maxMessages: 10 });
  await b.publish("awaited");
  expect(texts((await pulled).receivedMessages)).toEqual(["awaited"]);
});

test("a used subscription stays, and an unused one is deleted after its time to live", async () => {
  await using b = await brokerWithSubscription({ expirationPolicy: { ttl: { seconds: day } } });
  b.clock.time += (day - 60) * 1_000;
  await b.pull();
  b.clock.time += (day - 60) * 1_000;
  await b.client.call("GetSubscription", { subscription });
  b.clock.time += day * 1_000;
  await expect
    .poll(
      async () =>
        (await b.client.call<{ subscriptions: string[] }>("ListTopicSubscriptions", { topic })).subscriptions,
    )
    .toEqual([]);
  await expect(b.pull()).rejects.toMatchObject({ code: status.NOT_FOUND });
});

test("a subscription outlives its topic, detached", async () => {
  await using b = await brokerWithSubscription();
  await b.publish("kept");
  await b.client.call("DeleteTopic", { topic });
  expect(await b.client.call("GetSubscription", { subscription })).toMatchObject({
    topic: "_deleted-topic_",
  });
  expect(texts(await b.pull())).toEqual(["kept"]);
});

test("a stream never holds more than its limit, and receives the next message when it acknowledges", async () => {
  await using b = await brokerWithSubscription();
  await b.publish("1", "2", "3");
  const stream = b.client.stream("StreamingPull");
  stream.on("error", () => {});
  stream.write({ subscription, streamAckDeadlineSeconds: 10, maxOutstandingMessages: 2 });
  const [first] = (await once(stream, "data")) as [Received];
  expect(texts(first.receivedMessages)).toEqual(["1", "2"]);
  stream.write({ ackIds: [first.receivedMessages[0]?.ackId] });
  const [second] = (await once(stream, "data")) as [Received];
  expect(texts(second.receivedMessages)).toEqual(["3"]);
  stream.write({ modifyDeadlineAckIds: [second.receivedMessages[0]?.ackId], modifyDeadlineSeconds: [0] });
  const [again] = (await once(stream, "data")) as [Received];
  expect(texts(again.receivedMessages)).toEqual(["3"]);
  stream.cancel();
});

test("a keep-alive on a stream is answered", async () => {
  await using b = await brokerWithSubscription();
  const stream = b.client.stream("StreamingPull");
  stream.on("error", () => {});
  stream.write({ subscription, streamAckDeadlineSeconds: 10 });
  stream.write({});
  const [answer] = (await once(stream, "data")) as [Received];
  expect(answer.receivedMessages).toEqual([]);
  stream.cancel();
});

test("deleting a subscription ends its streams and its waiting pulls", async () => {
  await using b = await brokerWithSubscription();
  const stream = b.client.stream("StreamingPull");
  stream.write({ subscription, streamAckDeadlineSeconds: 10 });
  stream.write({});
  await once(stream, "data");
  const pulled = expect(b.client.call("Pull", { subscription, maxMessages: 1 })).rejects.toMatchObject({
    code: status.NOT_FOUND,
  });
  const ended = once(stream, "error");
  await b.client.call("ListTopics", { project: "projects/p" });
  await b.client.call("DeleteSubscription", { subscription });
  expect((await ended)[0]).toMatchObject({ code: status.NOT_FOUND });
  await pulled;
});

test("a port in use is reported with the remedy", async () => {
  await using broker = await createBroker();
  await expect(createBroker({ port: broker.port })).rejects.toThrow(
    `Broker: cannot listen on 127.0.0.1:${broker.port} (listen EADDRINUSE`,
  );
});
