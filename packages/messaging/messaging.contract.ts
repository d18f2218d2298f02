import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { encodeMessage } from "@reelay/contracts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  cancelFor,
  createInbox,
  createWorld,
  drain,
  type Feature,
  markOf,
  type ServerUnderTest,
  started,
} from "./contract-kit.ts";
import type { Delivery, Messaging } from "./messaging.ts";
import {
  controlOf,
  liveReports,
  projectorReports,
  type SubscriptionSpec,
  unreadableMessages,
} from "./topology.ts";

const garbage = { data: new TextEncoder().encode("not json"), attributes: { type: "task.started.v1" } };

/** What Reelay relies on, independent of the Pub/Sub server. */
export function describeMessagingContract(server: ServerUnderTest): void {
  describe(`messaging over ${server.name}`, () => {
    let running: Awaited<ReturnType<ServerUnderTest["start"]>>;
    beforeAll(async () => {
      running = await server.start();
    });
    afterAll(async () => {
      await running[Symbol.asyncDispose]();
    });
    const world = () => createWorld(running.address);

    /** A test that some servers cannot pass. It is skipped there, with the reason in its name. */
    const testIf = (feature: Feature, name: string, body: () => Promise<void>): void => {
      const reason = server.lacks[feature];
      if (reason === undefined) test(name, body);
      else test.skip(`${name} (${reason})`, body);
    };

    test("several processes may provision at the same time", async () => {
      await using w = world();
      const all = Array.from({ length: 5 }, () => w.messaging());
      await Promise.all(all.map((messaging) => messaging.provision()));
      await all[0]?.provision();
      await all[0]?.ping();
    });

    test("a message reaches every subscription whose filter matches, and no other", async () => {
      await using w = world();
      const messaging = w.messaging();
      await messaging.provision();
      const inboxes = { one: createInbox(), sameOne: createInbox(), other: createInbox() };
      const specs: [keyof typeof inboxes, SubscriptionSpec][] = [
        ["one", controlOf("one")],
        ["sameOne", { ...controlOf("one"), name: "control-one-again" }],
        ["other", controlOf("other")],
      ];
      for (const [name, spec] of specs) {
        await messaging.consume(spec, async (delivery) => inboxes[name].put(delivery));
      }
      await messaging.publish(cancelFor("one"));
      await messaging.publish(cancelFor("other"));
      expect(await inboxes.one.waitFor(1)).toEqual(["one"]);
      expect(await inboxes.sameOne.waitFor(1)).toEqual(["one"]);
      expect(await inboxes.other.waitFor(1)).toEqual(["other"]);
    });

    test("a message carries its trace to pull and streaming consumers", async () => {
      await using w = world();
      const messaging = w.messaging();
      await messaging.provision();
      const { promise: received, resolve } = Promise.withResolvers<Delivery>();
      await messaging.consume(liveReports("traced"), async (delivery) => resolve(delivery));
      const { data, attributes } = encodeMessage(started("traced"));
      const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
      await messaging.publishEncoded({ data, attributes: { ...attributes, traceparent } });
      const [pulled] = await messaging.pull(projectorReports, 1, AbortSignal.timeout(30_000));
      await pulled?.ack();
      for (const delivery of [pulled, await received])
        expect(delivery?.attributes).toMatchObject({ traceparent });
    });

    test("pull returns at most the requested number of messages, and the rest next time", async () => {
      await using w = world();
      const messaging = w.messaging();
      await messaging.provision();
      for (const mark of ["a", "b", "c", "d", "e"]) await messaging.publish(started(mark));
      const signal = AbortSignal.timeout(30_000);
      const first = await messaging.pull(projectorReports, 2, signal);
      expect(first.length).toBeLessThanOrEqual(2);
      await Promise.all(first.map((delivery) => delivery.ack()));
      const rest = await drain((signal) => messaging.pull(projectorReports, 2, signal), 5 - first.length);
      expect([...first.map(markOf), ...rest].sort()).toEqual(["a", "b", "c", "d", "e"]);
    });

    test("a rejected message is redelivered immediately, an acknowledged one never", async () => {
      await using w = world();
      const messaging = w.messaging();
      await messaging.provision();
      await messaging.publish(started("given back"));
      const pullOne = async (): Promise<Delivery> => {
        const [delivery] = await messaging.pull(projectorReports, 1, AbortSignal.timeout(30_000));
        if (delivery === undefined) throw new Error("no message arrived within the pull's time limit");
        return delivery;
      };
      // A pull waits 10 s and the acknowledgement deadline is 30 s, so a pulled message did not wait for the
      // deadline.
      const first = await pullOne();
      await first.nack();
      await first.ack();
      const second = await pullOne();
      expect(markOf(second)).toBe("given back");
      await second.ack();
      await messaging.publish(started("next"));
      expect(markOf(await pullOne())).toBe("next");
    });

    test("an unacknowledged message is redelivered after its deadline", async () => {
      await using w = world();
      const messaging = w.messaging();
      const raw = w.connection();
      await messaging.provision();
      await messaging.publish(started("forgotten"));
      const subscription = raw.subscriptionPath(projectorReports);
      const [{ receivedMessages }] = await raw.subscriber.pull({ subscription, maxMessages: 1 });
      const ackIds = (receivedMessages ?? []).map(({ ackId }) => ackId ?? "");
      await raw.subscriber.modifyAckDeadline({ subscription, ackIds, ackDeadlineSeconds: 1 });
      expect(await drain((signal) => messaging.pull(projectorReports, 1, signal), 1)).toEqual(["forgotten"]);
    });

    test("a message whose handler failed is handled again", async () => {
      await using w = world();
      const messaging = w.messaging();
      const inbox = createInbox();
      await messaging.consume(liveReports("failing"), async (delivery) => {
        inbox.put(delivery);
        if (inbox.marks.length === 1) throw new Error("the first try fails");
      });
      await messaging.publish(started("tried"));
      expect(await inbox.waitFor(2)).toEqual(["tried", "tried"]);
    });

    test("a handler may settle its message before it returns", async () => {
      await using w = world();
      const messaging = w.messaging();
      await messaging.provision();
      const inbox = createInbox();
      await messaging.consume(projectorReports, async (delivery) => {
        inbox.put(delivery);
        if (inbox.marks.length === 1) await delivery.nack();
        else await delivery.ack();
      });
      await messaging.publish(started("twice"));
      expect(await inbox.waitFor(2)).toEqual(["twice", "twice"]);
      await messaging.publish(started("once"));
      expect(await inbox.waitFor(3)).toEqual(["twice", "twice", "once"]);
    });

    test("two consumers of one subscription share its messages and handle none twice", async () => {
      await using w = world();
      const messaging = w.messaging();
      await messaging.provision();
      const inbox = createInbox();
      for (const consumer of [messaging, w.messaging()]) {
        await consumer.consume(projectorReports, async (delivery) => inbox.put(delivery));
      }
      const marks = Array.from({ length: 200 }, (_, index) => String(index));
      await Promise.all(marks.map((mark) => messaging.publish(started(mark))));
      expect([...(await inbox.waitFor(200))].sort()).toEqual([...marks].sort());
    });

    test("a consumer never handles more messages concurrently than its limit", async () => {
      await using w = world();
      const messaging = w.messaging();
      await messaging.provision();
      const marks = Array.from({ length: 20 }, (_, index) => String(index));
      await Promise.all(marks.map((mark) => messaging.publish(started(mark))));
      const inbox = createInbox();
      let atOnce = 0;
      let most = 0;
      await messaging.consume(
        projectorReports,
        async (delivery) => {
          most = Math.max(most, ++atOnce);
          await turn();
          atOnce--;
          inbox.put(delivery);
        },
        { maxInFlight: 3 },
      );
      await inbox.waitFor(20);
      expect(most).toBeLessThanOrEqual(3);
    });

    test("an unreadable message is set aside with its reason, and the next one is handled", async () => {
      await using w = world();
      const messaging = w.messaging();
      const raw = w.connection();
      await messaging.provision();
      const inbox = createInbox();
      await messaging.consume(liveReports("reader"), async (delivery) => inbox.put(delivery));
      await messaging.publishEncoded(garbage);
      await messaging.publish(started("readable"));
      expect(await inbox.waitFor(1)).toEqual(["readable"]);
      expect(await drain((signal) => messaging.pull(projectorReports, 5, signal), 1)).toEqual(["readable"]);
      const aside: { data: string; attributes: Record<string, string> }[] = [];
      while (aside.length < 2) {
        const [{ receivedMessages }] = await raw.subscriber.pull({
          subscription: raw.subscriptionPath(unreadableMessages),
          maxMessages: 2,
        });
        for (const { message } of receivedMessages ?? []) {
          aside.push({ data: String(message?.data), attributes: message?.attributes ?? {} });
        }
      }
      for (const { data, attributes } of aside) {
        expect(data).toBe("not json");
        expect(attributes).toMatchObject({ reason: expect.stringContaining("not UTF-8 JSON") });
        expect(attributes["originalMessageId"]).toMatch(/./);
      }
      expect(new Set(aside.map(({ attributes }) => attributes["subscription"]))).toEqual(
        new Set([liveReports("reader"), projectorReports].map((spec) => raw.subscriptionPath(spec))),
      );
      expect(w.log.map(({ event }) => event)).toEqual(["message.unreadable", "message.unreadable"]);
    });

    test("disposing a consumer waits for its running handlers and leaves no message stuck", async () => {
      await using w = world();
      const messaging = w.messaging();
      await messaging.provision();
      const spec = liveReports("leaving");
      const marks = Array.from({ length: 30 }, (_, index) => String(index));
      const handled: string[] = [];
      const inbox = createInbox();
      const release = Promise.withResolvers<void>();
      const consumer = await messaging.consume(
        spec,
        async (delivery) => {
          inbox.put(delivery);
          await release.promise;
          handled.push(markOf(delivery));
        },
        { maxInFlight: 2 },
      );
      await Promise.all(marks.map((mark) => messaging.publish(started(mark))));
      await inbox.waitFor(2);
      const disposed = consumer[Symbol.asyncDispose]();
      release.resolve();
      await disposed;
      expect([...handled].sort()).toEqual([...inbox.marks].sort());
      // Those that were on their way to the consumer return after the acknowledgement deadline of 10 s.
      const rest = await drain((signal) => messaging.pull(spec, 50, signal), 30 - handled.length);
      expect([...handled, ...rest].sort()).toEqual([...marks].sort());
    });

    test("no message is lost while consumers join and leave", async () => {
      await using w = world();
      const spec = { ...liveReports("shared"), ackDeadlineSeconds: 10 };
      const messaging = w.messaging();
      const done = new Set<string>();
      const all = Promise.withResolvers<void>();
      const handle = async (delivery: Delivery) => {
        await turn();
        if (Math.random() < 0.1) throw new Error("fails occasionally");
        done.add(markOf(delivery));
        if (done.size === 400) all.resolve();
      };
      await messaging.consume(spec, handle, { maxInFlight: 10 });
      for (let round = 0; round < 8; round++) {
        const consumer = await w.messaging().consume(spec, handle, { maxInFlight: 10 });
        const marks = Array.from({ length: 50 }, (_, index) => `${round}-${index}`);
        await Promise.all(marks.map((mark) => messaging.publish(started(mark))));
        await consumer[Symbol.asyncDispose]();
      }
      await all.promise;
    });

    test("an aborted pull returns no messages and loses none", async () => {
      await using w = world();
      const messaging = w.messaging();
      await messaging.provision();
      const abort = new AbortController();
      const pulled = messaging.pull(projectorReports, 1, abort.signal);
      abort.abort();
      expect(await pulled).toEqual([]);
      await messaging.publish(started("kept"));
      expect(await drain((signal) => messaging.pull(projectorReports, 1, signal), 1)).toEqual(["kept"]);
    });

    test("messages of one ordering key keep their order, redelivery included", async () => {
      await using w = world();
      const raw = w.connection();
      await w.messaging().provision();
      const subscription = `${raw.subscriptionPath(projectorReports)}-ordered`;
      const topic = raw.topicPath("reports");
      await raw.subscriber.createSubscription({ name: subscription, topic, enableMessageOrdering: true });
      const publish = (text: string) =>
        raw.publisher.publish({ topic, messages: [{ data: Buffer.from(text), orderingKey: "key" }] });
      for (const text of ["1", "2", "3", "4"]) await publish(text);
      const seen: string[] = [];
      while (seen.length < 5) {
        const [{ receivedMessages }] = await raw.subscriber.pull({ subscription, maxMessages: 10 });
        for (const { ackId, message } of receivedMessages ?? []) {
          seen.push(String(message?.data));
          const ackIds = [ackId ?? ""];
          if (seen.length === 2) {
            await raw.subscriber.modifyAckDeadline({ subscription, ackIds, ackDeadlineSeconds: 0 });
            break;
          }
          await raw.subscriber.acknowledge({ subscription, ackIds });
        }
      }
      expect(seen).toEqual(["1", "2", "2", "3", "4"]);
    });

    testIf("restart", "an empty broker after a restart is provisioned again, and messages flow", async () => {
      const first = await server.start();
      await using w = createWorld(first.address);
      const messaging = w.messaging();
      await messaging.provision();
      const inbox = createInbox();
      await messaging.consume(liveReports("survivor"), async (delivery) => inbox.put(delivery));
      await messaging.publish(started("before"));
      await inbox.waitFor(1);
      expect(await drain((signal) => messaging.pull(projectorReports, 1, signal), 1)).toEqual(["before"]);
      const pulling = drain((signal) => messaging.pull(projectorReports, 1, signal), 1);
      await first[Symbol.asyncDispose]();
      await using second = await server.start(first.port);
      expect(second.address).toBe(first.address);
      const publishing = publishUntil(messaging, inbox, "after");
      expect((await pulling)[0]).toBe("after");
      await publishing;
    });

    test("unsubscribing twice is harmless", async () => {
      await using w = world();
      const messaging = w.messaging();
      const consumer = await messaging.consume(liveReports("short"), async () => {});
      await consumer[Symbol.asyncDispose]();
      await messaging.unsubscribe(liveReports("short"));
      await messaging.unsubscribe(liveReports("short"));
    });

    test("a message of one megabyte arrives complete", async () => {
      await using w = world();
      const messaging = w.messaging();
      await messaging.provision();
      const large = { ...started("large"), workerId: "w" };
      const padded = { ...large, padding: "x".repeat(1_000_000) };
      await messaging.publishEncoded({
        data: new TextEncoder().encode(JSON.stringify(padded)),
        attributes: { type: large.type },
      });
      const [delivery] = await messaging.pull(projectorReports, 1, AbortSignal.timeout(30_000));
      expect(delivery?.message).toEqual(large);
      await delivery?.ack();
    });
  });
}

/**
 * Publishes until the consumer is back: messages published before the subscription exists again reach no
 * consumer.
 */
async function publishUntil(
  messaging: Messaging,
  inbox: ReturnType<typeof createInbox>,
  mark: string,
): Promise<void> {
  const arrived = inbox.waitFor(inbox.marks.length + 1);
  for (;;) {
    await messaging.publish(started(mark));
    const hasArrived = await Promise.race([arrived.then(() => true), sleep(200).then(() => false)]);
    if (hasArrived) return;
  }
}
