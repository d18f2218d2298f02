import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createBroker } from "../../embedded/broker/index.ts";
import { freePort } from "../../tests/kit/index.ts";
import { createInbox, drain, started } from "./contract-kit.ts";
import { createPubSubMessaging, PublishFailedError } from "./pubsub-messaging.ts";
import { liveReports, projectorReports } from "./topology.ts";

/** A free address: no server listens on it yet. */
async function freeAddress(): Promise<{ emulatorHost: string; port: number }> {
  const port = await freePort();
  return { emulatorHost: `127.0.0.1:${port}`, port };
}

test("a publish to an unavailable broker rejects in time and names what to check", async () => {
  const { emulatorHost } = await freeAddress();
  await using messaging = createPubSubMessaging({ projectId: "p", emulatorHost, publishTimeoutMs: 500 });
  const published = messaging.publish(started("lost"));
  await expect(published).rejects.toThrow(PublishFailedError);
  await expect(published).rejects.toThrow(`Pub/Sub at ${emulatorHost} did not accept a message`);
});

test("ping rejects while the broker is unavailable and resolves when it is back", async () => {
  const { emulatorHost, port } = await freeAddress();
  await using messaging = createPubSubMessaging({ projectId: "p", emulatorHost });
  await expect(messaging.ping()).rejects.toThrow(`Pub/Sub at ${emulatorHost} does not answer`);
  await using _broker = await createBroker({ port });
  await expect.poll(() => messaging.ping().then(() => "there")).toBe("there");
});

test("a pull retries while the broker is unavailable and returns the message when it is back", async () => {
  const { emulatorHost, port } = await freeAddress();
  const log: string[] = [];
  await using messaging = createPubSubMessaging({
    projectId: "p",
    emulatorHost,
    log: (event) => log.push(event),
  });
  const pulled = messaging.pull(projectorReports, 1, AbortSignal.timeout(100_000));
  await expect.poll(() => log).toContain("messaging.pull-interrupted");
  await using _broker = await createBroker({ port });
  await messaging.provision();
  await messaging.publish(started("late"));
  expect(await pulled).toHaveLength(1);
});

test("a consumer that starts before its broker subscribes once the broker is up", async () => {
  const { emulatorHost, port } = await freeAddress();
  await using messaging = createPubSubMessaging({ projectId: "p", emulatorHost });
  const inbox = createInbox();
  const consuming = messaging.consume(liveReports("early"), async (delivery) => inbox.put(delivery));
  await using _broker = await createBroker({ port });
  await consuming;
  await messaging.publish(started("received"));
  expect(await inbox.waitFor(1)).toEqual(["received"]);
});

test("a consumer whose broker is gone can be disposed", async () => {
  const broker = await createBroker();
  await using messaging = createPubSubMessaging({ projectId: "p", emulatorHost: broker.address });
  const inbox = createInbox();
  const release = Promise.withResolvers<void>();
  await messaging.consume(liveReports("orphan"), async (delivery) => {
    inbox.put(delivery);
    await release.promise;
  });
  await messaging.publish(started("held"));
  await inbox.waitFor(1);
  await broker[Symbol.asyncDispose]();
  release.resolve();
});

test("after a broker lost its state, no message of a burst is published before the topic's subscriptions exist", async () => {
  await using broker = await createBroker();
  await using messaging = createPubSubMessaging({ projectId: "p", emulatorHost: broker.address });
  const marks = Array.from({ length: 50 }, (_, index) => String(index));
  await Promise.all(marks.map((mark) => messaging.publish(started(mark))));
  const pulled = await drain((signal) => messaging.pull(projectorReports, 50, signal), marks.length);
  expect(pulled.toSorted()).toEqual(marks.toSorted());
});

test("two clients with different brokers live in one process", async () => {
  await using one = await createBroker();
  await using other = await createBroker();
  await using toOne = createPubSubMessaging({ projectId: "p", emulatorHost: one.address });
  await using toOther = createPubSubMessaging({ projectId: "p", emulatorHost: other.address });
  const inboxes = [createInbox(), createInbox()] as const;
  await toOne.consume(liveReports("a"), async (delivery) => inboxes[0].put(delivery));
  await toOther.consume(liveReports("a"), async (delivery) => inboxes[1].put(delivery));
  await toOne.publish(started("one"));
  await toOther.publish(started("other"));
  expect(await inboxes[0].waitFor(1)).toEqual(["one"]);
  expect(await inboxes[1].waitFor(1)).toEqual(["other"]);
});

test("with an emulator, no client contacts Google's metadata server", async () => {
  let requests = 0;
  const metadataServer = createServer((_request, response) => {
    requests++;
    response.end();
  }).listen(0, "127.0.0.1");
  await once(metadataServer, "listening");
  process.env["GCE_METADATA_HOST"] = `127.0.0.1:${(metadataServer.address() as AddressInfo).port}`;
  try {
    await using broker = await createBroker();
    await using messaging = createPubSubMessaging({ projectId: "p", emulatorHost: broker.address });
    await messaging.provision();
    await messaging.publish(started("anonymous"));
    expect(requests).toBe(0);
  } finally {
    delete process.env["GCE_METADATA_HOST"];
    metadataServer.close();
  }
});

test("a message of an unknown type is not published", async () => {
  await using messaging = createPubSubMessaging({ projectId: "p", emulatorHost: "127.0.0.1:1" });
  await expect(
    messaging.publishEncoded({ data: new Uint8Array(1), attributes: { type: "render.unknown.v1" } }),
  ).rejects.toThrow('got "render.unknown.v1"');
});
