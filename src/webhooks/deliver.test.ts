/** What receivers are promised, with real ones: HTTP servers of the test's own. */
import { expect, test } from "vitest";
import { eventually } from "../../tests/kit/index.ts";
import { enableWebhookEndpoint, rotateWebhookSecret } from "./endpoints.ts";
import { redeliverFailedWebhooks, redeliverWebhook, sendTestWebhook } from "./redeliver.ts";
import { forgetDeliveries } from "./start-webhooks.ts";
import { startReceiver } from "./testing/receiver.ts";
import { createWebhookWorld, type WebhookWorld } from "./testing/webhook-world.ts";

const minute = 60_000;
const hour = 60 * minute;

const refuseWith = (status: number, headers: Record<string, string> = {}) =>
  ((_message, response) => void response.writeHead(status, headers).end("not now")) satisfies Awaited<
    ReturnType<typeof startReceiver>
  >["answer"];

/** Sends what is due each time that something is, until nothing is any more. */
async function untilSettled(world: WebhookWorld, endpointId: string): Promise<void> {
  for (;;) {
    await world.deliverAll();
    const due = (await world.deliveries(endpointId)).filter(({ state }) => state === "PENDING");
    const next = Math.min(...due.map(({ nextAttemptAt }) => nextAttemptAt.getTime()));
    if (due.length === 0 || (await world.endpoint(endpointId)).status === "DISABLED") return;
    world.advance(Math.max(0, next - world.clock().getTime()));
  }
}

test("a video's events arrive in order, each once and signed", async () => {
  await using world = await createWebhookWorld();
  await using receiver = await startReceiver();
  const { endpointId, secret } = await world.createEndpoint(receiver.url);
  const [first, second] = [await world.createVideo(), await world.createVideo()];
  for (let round = 0; round < 10; round += 1) {
    await world.write(first, [`changed-${round}`]);
    await world.write(second, [`changed-${round}`]);
  }
  await world.deliverAll();
  const received = receiver.verified(secret);
  expect(received).toHaveLength(20);
  expect(new Set(received.map(({ id }) => id)).size).toBe(20);
  for (const videoId of new Set(received.map(({ data }) => data.videoId as string))) {
    const types = received.filter(({ data }) => data.videoId === videoId).map(({ type }) => type);
    expect(types).toEqual(Array.from({ length: 10 }, (_, round) => `video.changed-${round}`));
  }
  expect(await world.endpoint(endpointId)).toMatchObject({
    failingSince: null,
    lastSucceededAt: expect.any(Date),
  });
});

test("a refused message is retried with the same body and id and a new timestamp until it is accepted", async () => {
  await using world = await createWebhookWorld();
  await using receiver = await startReceiver();
  const { endpointId, secret } = await world.createEndpoint(receiver.url);
  await world.write(await world.createVideo(), ["ready"]);
  receiver.answer = refuseWith(500);
  await world.deliverAll();
  expect(receiver.received).toHaveLength(1);
  world.advance(6_000);
  await world.deliverAll();
  world.advance(4 * minute);
  await world.deliverAll();
  expect(receiver.received).toHaveLength(2);
  receiver.answer = (_message, response) => void response.writeHead(200).end("thanks");
  world.advance(2 * minute);
  await world.deliverAll();
  const [first, , third] = receiver.signedWith(secret);
  expect(third?.id).toBe(first?.id);
  expect(third?.body).toBe(first?.body);
  expect(Number(third?.headers["webhook-timestamp"])).toBeGreaterThan(
    Number(first?.headers["webhook-timestamp"]),
  );
  const [delivery] = await world.deliveries(endpointId);
  expect(delivery).toMatchObject({ state: "SUCCEEDED", attemptCount: 3, settledAt: world.clock() });
  expect(delivery?.attempts).toMatchObject([
    { number: 1, responseStatus: 500, responseBody: "not now", errorCode: "HTTP_STATUS" },
    { number: 2, responseStatus: 500 },
    { number: 3, responseStatus: 200, responseBody: "thanks", errorCode: null },
  ]);
  expect(delivery?.attempts[0]?.requestHeaders).toMatchObject({ "webhook-id": first?.id });
});

test("a receiver that was unavailable for long gets all waiting messages once it accepts one", async () => {
  await using world = await createWebhookWorld();
  await using receiver = await startReceiver();
  const { endpointId } = await world.createEndpoint(receiver.url);
  const videoId = await world.createVideo();
  receiver.answer = refuseWith(502);
  await world.write(videoId, ["created", "playable"]);
  for (const wait of [0, 6_000, 6 * minute, 40 * minute]) {
    world.advance(wait);
    await world.deliverAll();
  }
  receiver.answer = (_message, response) => void response.writeHead(204).end();
  await world.write(videoId, ["ready"]);
  await world.deliverAll();
  expect((await world.deliveries(endpointId)).map(({ state }) => state)).toEqual([
    "SUCCEEDED",
    "SUCCEEDED",
    "SUCCEEDED",
  ]);
});

test("a pause that a receiver requests applies to all its deliveries", async () => {
  await using world = await createWebhookWorld();
  await using receiver = await startReceiver();
  await world.createEndpoint(receiver.url);
  receiver.answer = refuseWith(429, { "retry-after": "600" });
  await world.write(await world.createVideo(), ["ready"]);
  await world.deliverAll();
  receiver.answer = (_message, response) => void response.writeHead(204).end();
  await world.write(await world.createVideo(), ["ready"]);
  world.advance(9 * minute);
  await world.deliverAll();
  expect(receiver.received).toHaveLength(1);
  world.advance(minute + 1);
  await world.deliverAll();
  expect(receiver.received).toHaveLength(3);
});

test("410 Gone disables an endpoint immediately, and the log and other endpoints receive that event", async () => {
  await using world = await createWebhookWorld();
  await using gone = await startReceiver();
  await using other = await startReceiver();
  const { endpointId } = await world.createEndpoint(gone.url, ["video.*"]);
  await world.createEndpoint(other.url, ["webhook.disabled"]);
  gone.answer = refuseWith(410);
  const videoId = await world.createVideo();
  await world.write(videoId, ["created", "ready"]);
  await world.deliverAll();
  await world.deliverAll();
  expect(gone.received).toHaveLength(1);
  expect(await world.endpoint(endpointId)).toMatchObject({ status: "DISABLED", disabledReason: "GONE" });
  expect(other.received).toMatchObject([
    {
      type: "webhook.disabled",
      data: { videoId: null, video: null, data: { reason: "GONE", url: gone.url } },
    },
  ]);
  // Once enabled again, it receives the missed events.
  gone.answer = (_message, response) => void response.writeHead(204).end();
  await enableWebhookEndpoint(world.deps, world.viewer, endpointId, { skipMissed: false });
  await world.deliverAll();
  expect(gone.received.map(({ type }) => type)).toEqual(["video.created", "video.ready"]);
});

test("an endpoint that accepts nothing during the whole retry period is disabled; one that accepts some is not", async () => {
  await using world = await createWebhookWorld();
  await using receiver = await startReceiver();
  const { endpointId } = await world.createEndpoint(receiver.url);
  const startedAt = world.clock().getTime();
  receiver.answer = refuseWith(500);
  await world.write(await world.createVideo(), ["ready"]);
  await untilSettled(world, endpointId);
  const tookHours = (world.clock().getTime() - startedAt) / hour;
  expect(tookHours).toBeGreaterThan(66);
  expect(tookHours).toBeLessThan(96);
  expect(receiver.received).toHaveLength(10);
  expect(await world.endpoint(endpointId)).toMatchObject({
    status: "DISABLED",
    disabledReason: "FAILING",
    disabledMessage: expect.stringContaining("It answered 500; expected 2xx."),
  });
  const events = await world.db.event.findMany({ where: { type: "webhook.disabled" } });
  expect(events).toMatchObject([
    { workspaceId: world.workspaceId, videoId: null, data: { reason: "FAILING" } },
  ]);

  // A message that is never accepted fails alone if others are accepted.
  await enableWebhookEndpoint(world.deps, world.viewer, endpointId, { skipMissed: true });
  receiver.answer = ({ type }, response) =>
    void response.writeHead(type === "video.poison" ? 500 : 204).end();
  await world.write(await world.createVideo(), ["poison"]);
  await world.deliverAll();
  for (let day = 0; day < 5; day += 1) {
    await world.write(await world.createVideo(), ["ready"]);
    await world.deliverAll();
    world.advance(24 * hour);
    await world.deliverAll();
  }
  expect((await world.endpoint(endpointId)).status).toBe("ENABLED");
  const states = (await world.deliveries(endpointId)).map(({ type, state }) => `${type} ${state}`);
  expect(states.filter((state) => state.includes("poison"))).toEqual(["video.poison FAILED"]);
});

test("a redirect is not followed, and the error states its target", async () => {
  await using world = await createWebhookWorld();
  await using target = await startReceiver();
  await using receiver = await startReceiver();
  const { endpointId } = await world.createEndpoint(receiver.url);
  receiver.answer = refuseWith(307, { location: target.url });
  await world.write(await world.createVideo(), ["ready"]);
  await world.deliverAll();
  expect(target.received).toEqual([]);
  const [delivery] = await world.deliveries(endpointId);
  expect(delivery).toMatchObject({
    state: "PENDING",
    attempts: [{ errorCode: "REDIRECT_REFUSED", errorMessage: expect.stringContaining(target.url) }],
  });
});

test("no connection is made to a private address, whatever host name resolves to it", async () => {
  await using world = await createWebhookWorld({ allowPrivate: ["10.1.1.1"] });
  await using receiver = await startReceiver();
  const { endpointId } = await world.createEndpoint("http://10.1.1.1/");
  // As if the DNS record had changed since: what matters is the address of the connection.
  for (const host of ["localhost", "127.0.0.1", "[::ffff:127.0.0.1]"]) {
    await world.db.webhookEndpoint.update({
      where: { id: endpointId },
      data: { url: `http://${host}:${receiver.port}/` },
    });
    await world.write(await world.createVideo(), ["ready"]);
    await world.deliverAll();
  }
  expect(receiver.received).toEqual([]);
  const codes = (await world.deliveries(endpointId)).map(({ attempts }) => attempts[0]?.errorCode);
  expect(codes).toEqual(["ADDRESS_REFUSED", "ADDRESS_REFUSED", "ADDRESS_REFUSED"]);
});

test("an unreachable receiver and an endless response are recorded and hold no resources", async () => {
  await using world = await createWebhookWorld();
  await using receiver = await startReceiver();
  const away = await world.createEndpoint("http://127.0.0.1:1/");
  const talks = await world.createEndpoint(receiver.url);
  receiver.answer = (_message, response) => {
    response.writeHead(200);
    const write = () => {
      while (response.write("x".repeat(65_536)));
    };
    response.on("drain", write).on("error", () => undefined);
    write();
  };
  await world.write(await world.createVideo(), ["ready"]);
  await world.deliverAll();
  expect((await world.deliveries(away.endpointId))[0]?.attempts[0]).toMatchObject({
    errorCode: "UNREACHABLE",
    responseStatus: null,
  });
  const [taken] = await world.deliveries(talks.endpointId);
  expect(taken).toMatchObject({ state: "SUCCEEDED", attempts: [{ isResponseCut: true }] });
  expect(taken?.attempts[0]?.responseBody).toHaveLength(4_096);
});

test("a slow endpoint delays no other endpoint: it gets at most four concurrent requests", async () => {
  await using world = await createWebhookWorld();
  await using slow = await startReceiver();
  await using quick = await startReceiver();
  await world.createEndpoint(slow.url);
  await world.createEndpoint(quick.url);
  const held: (() => void)[] = [];
  slow.answer = (_message, response) => void held.push(() => response.writeHead(204).end());
  const deliverer = world.startDeliverer(60_000);
  for (let index = 0; index < 20; index += 1) await world.write(await world.createVideo(), ["ready"]);
  await world.fanOutAll();
  await eventually(async () => {
    await deliverer.deliverDue();
    return quick.received.length === 20;
  }, "the quick receiver has all");
  await eventually(() => slow.received.length >= 4, "the slow one has what it may have");
  expect(slow.received).toHaveLength(4);
  await eventually(async () => {
    for (const release of held.splice(0)) release();
    await deliverer.deliverDue();
    return slow.received.length === 20 && held.length === 0;
  }, "the slow one has all");
  await deliverer.idle();
});

test("a delivery whose receiver does not answer in time is retried", async () => {
  await using world = await createWebhookWorld();
  await using receiver = await startReceiver();
  const { endpointId } = await world.createEndpoint(receiver.url);
  receiver.answer = () => undefined;
  const deliverer = world.startDeliverer(200);
  await world.write(await world.createVideo(), ["ready"]);
  await world.fanOutAll();
  await deliverer.deliverDue();
  await deliverer.idle();
  expect(await world.deliveries(endpointId)).toMatchObject([
    { state: "PENDING", attempts: [{ errorCode: "TIMEOUT", responseStatus: null }] },
  ]);
});

test("two processes send each delivery once, and a dead process's delivery is sent when its lease expires", async () => {
  await using world = await createWebhookWorld();
  await using receiver = await startReceiver();
  const { endpointId } = await world.createEndpoint(receiver.url);
  for (let index = 0; index < 12; index += 1) await world.write(await world.createVideo(), ["ready"]);
  await world.fanOutAll();
  const second = world.startDeliverer();
  while (
    (await Promise.all([world.deliverer.deliverDue(), second.deliverDue()])).some((count) => count > 0)
  ) {
    await Promise.all([world.deliverer.idle(), second.idle()]);
  }
  expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(12);
  expect(receiver.received).toHaveLength(12);

  // A process that died between its request and the record of it leaves only a lease.
  await world.write(await world.createVideo(), ["ready"]);
  await world.fanOutAll();
  await world.db.webhookDelivery.updateMany({
    where: { endpointId, state: "PENDING" },
    data: { leasedUntil: new Date(world.clock().getTime() + minute) },
  });
  await world.deliverAll();
  expect(receiver.received).toHaveLength(12);
  world.advance(minute + 1);
  await world.deliverAll();
  expect(receiver.received).toHaveLength(13);
});

test("a stopping process waits briefly for its requests and releases unfinished deliveries immediately", async () => {
  await using world = await createWebhookWorld();
  await using receiver = await startReceiver();
  const { endpointId } = await world.createEndpoint(receiver.url);
  receiver.answer = () => undefined;
  await world.write(await world.createVideo(), ["ready"]);
  await world.fanOutAll();
  {
    await using stopping = world.startDeliverer(60_000);
    await stopping.deliverDue();
    await eventually(() => receiver.received.length === 1, "it is being sent");
  }
  receiver.answer = (_message, response) => void response.writeHead(204).end();
  await world.deliverAll();
  expect(receiver.received.map(({ id }) => id)).toEqual([receiver.received[0]?.id, receiver.received[0]?.id]);
  expect(await world.deliveries(endpointId)).toMatchObject([{ state: "SUCCEEDED", attemptCount: 1 }]);
});

test("during a rotation both secrets verify, afterwards only the new one", async () => {
  await using world = await createWebhookWorld();
  await using receiver = await startReceiver();
  const { endpointId, secret: old } = await world.createEndpoint(receiver.url);
  const { secret } = await rotateWebhookSecret(world.deps, world.viewer, endpointId, hour);
  await world.write(await world.createVideo(), ["ready"]);
  await world.deliverAll();
  expect(receiver.verified(old)).toHaveLength(1);
  expect(receiver.verified(secret)).toHaveLength(1);
  world.advance(hour);
  receiver.received.length = 0;
  await world.write(await world.createVideo(), ["ready"]);
  await world.deliverAll();
  expect(receiver.signedWith(secret)).toHaveLength(1);
  expect(() => receiver.signedWith(old)).toThrow("No matching signature");
});

test("failed deliveries are sent again on request, one or all since a time, with the same id", async () => {
  await using world = await createWebhookWorld();
  await using receiver = await startReceiver();
  const { deps, viewer } = world;
  const { endpointId } = await world.createEndpoint(receiver.url);
  const videoId = await world.createVideo();
  await world.write(videoId, ["created", "playable", "ready"]);
  await world.fanOutAll();
  await world.db.webhookDelivery.updateMany({
    where: { endpointId },
    data: { state: "FAILED", tries: 10, settledAt: world.clock() },
  });
  const [first, second, third] = await world.deliveries(endpointId);
  await redeliverWebhook(deps, viewer, third?.id ?? "");
  await world.deliverAll();
  expect(receiver.received.map(({ type }) => type)).toEqual(["video.ready"]);
  const since = second?.eventAt ?? new Date();
  const { count } = await world.db.webhookDelivery.updateMany({
    where: { id: first?.id ?? "" },
    data: { eventAt: new Date(since.getTime() - hour) },
  });
  expect(count).toBe(1);
  expect(await redeliverFailedWebhooks(deps, viewer, { endpointId, since })).toBe(1);
  expect(await redeliverFailedWebhooks(deps, viewer, { endpointId, since })).toBe(0);
  await world.deliverAll();
  expect(receiver.received.map(({ type }) => type)).toEqual(["video.ready", "video.playable"]);
  await redeliverWebhook(deps, viewer, third?.id ?? "");
  await world.deliverAll();
  expect(receiver.received[2]?.id).toBe(receiver.received[0]?.id);
});

test("a test message is sent once, even to a disabled endpoint, and changes nothing else", async () => {
  await using world = await createWebhookWorld();
  await using receiver = await startReceiver();
  const { deps, viewer } = world;
  const { endpointId, secret } = await world.createEndpoint(receiver.url, ["job.*"]);
  await world.db.webhookEndpoint.update({
    where: { id: endpointId },
    data: { status: "DISABLED", disabledAt: new Date(), disabledReason: "REQUESTED" },
  });
  receiver.answer = refuseWith(500);
  await sendTestWebhook(deps, viewer, endpointId);
  await world.deliverAll();
  world.advance(hour);
  await world.deliverAll();
  expect(receiver.signedWith(secret)).toMatchObject([{ type: "webhook.test" }]);
  expect(await world.deliveries(endpointId)).toMatchObject([{ state: "FAILED", attemptCount: 1 }]);
  expect(await world.endpoint(endpointId)).toMatchObject({ status: "DISABLED", failingSince: null });
});

test("old deliveries are deleted with their attempts", async () => {
  await using world = await createWebhookWorld();
  await using receiver = await startReceiver();
  const { endpointId } = await world.createEndpoint(receiver.url);
  await world.write(await world.createVideo(), ["created"]);
  await world.deliverAll();
  world.advance(hour);
  const before = world.clock();
  await world.write(await world.createVideo(), ["ready"]);
  await world.deliverAll();
  expect(await forgetDeliveries(world.db, before)).toBe(1);
  expect((await world.deliveries(endpointId)).map(({ type }) => type)).toEqual(["video.ready"]);
  expect(await world.db.webhookAttempt.count()).toBe(1);
});
