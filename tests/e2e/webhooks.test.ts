/**
 * Webhooks by processes as they run for real: a video from upload to READY, with the API killed and the
 * receiver away in between.
 */
import { join } from "node:path";
import { expect, test } from "vitest";
import { startReceiver } from "../../src/webhooks/testing/receiver.ts";
import { createApiClient, eventually, freePort, startFleet } from "../kit/index.ts";
import { makeTestClip } from "../kit/test-clip.ts";

const createEndpoint = `mutation ($url: String!) { createWebhookEndpoint(input: { url: $url, eventTypes: ["video.*"] }) {
  ... on CreatedWebhookEndpoint { secret endpoint { id } } ... on Error { code message } } }`;

test("a receiver gets every event of its videos although the API is killed and the receiver is unavailable", async () => {
  await using fleet = await startFleet();
  const env = { FETCH_ALLOW_PRIVATE: "127.0.0.1" };
  const api = await fleet.startApi(env);
  await fleet.startWorker("webhooks-1");
  const client = createApiClient(fleet.url, fleet.token);
  await eventually(() => fleet.balancer.isReady(api.url), "the API is in rotation");
  const port = await freePort();
  const { data } = await client.ask(createEndpoint, { url: `http://127.0.0.1:${port}/hook` });
  const { secret } = data.createWebhookEndpoint;
  const clip = await makeTestClip(join(fleet.directory, "clip.mp4"), { seconds: 2 });
  await client.upload(clip, { externalId: "post-1" });
  // No receiver is running, and the sender is killed.
  await eventually(async () => (await fleet.db.webhookAttempt.count()) > 0, "the first message was tried", {
    timeoutMs: 60_000,
  });
  api.kill("SIGKILL");
  await api.ended;
  await using receiver = await startReceiver(port);
  await fleet.startApi(env);
  await eventually(
    async () => (await fleet.db.video.findFirstOrThrow()).status === "READY",
    "the video is ready",
    { timeoutMs: 120_000 },
  );
  const typesOf = (events: Iterable<{ type: string }>) => [...events].map(({ type }) => type).sort();
  const received = await eventually(
    async () => {
      // Each time: some of them come after the video is ready.
      const expected = await fleet.db.event.findMany({ where: { type: { startsWith: "video." } } });
      const byId = new Map(receiver.verified(secret).map((message) => [message.id, message]));
      expect(typesOf(byId.values())).toEqual(typesOf(expected));
      return byId;
    },
    "the receiver has every event",
    { timeoutMs: 90_000 },
  );
  const ready = [...received.values()].find(({ type }) => type === "video.ready");
  expect(ready?.data.video).toMatchObject({ externalId: "post-1", status: "READY" });
  const after = await client.ask(
    "query ($after: String) { changes(after: $after) { events { type } hasMore } }",
    {
      after: ready?.data.cursor,
    },
  );
  expect(after.data.changes.hasMore).toBe(false);
});
