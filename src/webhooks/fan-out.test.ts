/** From the log to deliveries, on real Postgres and with as many processes as are needed. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeAtRandom } from "../events/testing/writers.ts";
import { disableWebhookEndpoint, enableWebhookEndpoint, updateWebhookEndpoint } from "./endpoints.ts";
import { fanOut } from "./fan-out.ts";
import { createWebhookWorld, type WebhookWorld } from "./testing/webhook-world.ts";

const url = "http://127.0.0.1:9/hook";
const store = { publicUrl: (key: string) => key };

let world: WebhookWorld;
beforeAll(async () => {
  world = await createWebhookWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const typesTo = async (endpointId: string) => (await world.deliveries(endpointId)).map(({ type }) => type);

test("concurrent writers and processes produce one delivery per event, in the log's order", async () => {
  await using world = await createWebhookWorld();
  const { db, clock } = world;
  const videoIds = await Promise.all(Array.from({ length: 5 }, () => world.createVideo()));
  const { endpointId } = await world.createEndpoint(url);
  const over = new AbortController();
  const fanOutMeanwhile = async () => {
    while (!over.signal.aborted) await fanOut({ db, store, clock, codec: world.log.codec });
  };
  const processes = [fanOutMeanwhile(), fanOutMeanwhile(), fanOutMeanwhile()];
  const committed = await writeAtRandom(world, videoIds, { writers: 6, transactions: 15 });
  over.abort();
  await Promise.all(processes);
  await world.fanOutAll();
  const sent = (await world.deliveries(endpointId)).map(
    ({ body }) => (JSON.parse(body) as { data: { data: { token: string } } }).data.data.token,
  );
  const log = await db.event.findMany({ orderBy: { position: "asc" } });
  expect(sent).toEqual(log.map(({ data }) => (data as { token: string }).token));
  expect([...sent].sort()).toEqual(committed.map(({ token }) => token).sort());
});

test("an endpoint receives events that match its filter, since its creation, of its own workspace only", async () => {
  const videoId = await world.createVideo();
  await world.write(videoId, ["created"]);
  const { endpointId } = await world.createEndpoint(url, ["video.playable", "variant.*"]);
  const { id: other } = await world.db.workspace.create({ data: { name: "theirs" } });
  await world.write(await world.createVideo(other), ["playable"], other);
  await world.write(videoId, ["probed", "playable", "ready"]);
  await world.fanOutAll();
  expect(await typesTo(endpointId)).toEqual(["video.playable"]);
  await updateWebhookEndpoint(world.deps, world.viewer, endpointId, { eventTypes: ["video.ready"] });
  await world.write(videoId, ["playable", "ready"]);
  await world.fanOutAll();
  expect(await typesTo(endpointId)).toEqual(["video.playable", "video.ready"]);
});

test("a crash before the commit repeats the page: no delivery is lost or duplicated", async () => {
  const { endpointId } = await world.createEndpoint(url);
  const videoId = await world.createVideo();
  await world.write(videoId, ["created", "ready"]);
  // The connection breaks when the place was to be moved: deliveries were written by then.
  const broken = world.db.$extends({
    query: {
      webhookEndpoint: {
        update: () => Promise.reject(new Error("The connection broke.")),
      },
    },
  }) as unknown as typeof world.db;
  await expect(fanOut({ db: broken, store, clock: world.clock, codec: world.log.codec })).rejects.toThrow(
    "broke",
  );
  expect(await typesTo(endpointId)).toEqual([]);
  await world.fanOutAll();
  expect(await typesTo(endpointId)).toEqual(["video.created", "video.ready"]);
});

test("events that occur while an endpoint is disabled wait in the log, or are skipped on request", async () => {
  const { deps, viewer } = world;
  const { endpointId } = await world.createEndpoint(url);
  const videoId = await world.createVideo();
  await world.write(videoId, ["created"]);
  await world.fanOutAll();
  await disableWebhookEndpoint(deps, viewer, endpointId);
  await world.write(videoId, ["playable"]);
  await world.fanOutAll();
  expect(await typesTo(endpointId)).toEqual(["video.created"]);
  await enableWebhookEndpoint(deps, viewer, endpointId, { skipMissed: false });
  await world.fanOutAll();
  expect(await typesTo(endpointId)).toEqual(["video.created", "video.playable"]);
  await disableWebhookEndpoint(deps, viewer, endpointId);
  await world.write(videoId, ["unplayable"]);
  await enableWebhookEndpoint(deps, viewer, endpointId, { skipMissed: true });
  await world.write(videoId, ["ready"]);
  await world.fanOutAll();
  const deliveries = await world.deliveries(endpointId);
  expect(deliveries.map(({ type, state }) => `${type} ${state}`)).toEqual([
    "video.created CANCELED",
    "video.playable CANCELED",
    "video.ready PENDING",
  ]);
});

test("a message contains the event, its cursor, and the video with the caller's own fields", async () => {
  const { db, workspaceId } = world;
  const { endpointId } = await world.createEndpoint(url);
  const { id: videoId } = await db.video.create({
    data: {
      ...{ workspaceId, title: "Bunny", profile: "default", externalId: "post-17", metadata: { author: 3 } },
      ...{ status: "PLAYABLE", playableAt: new Date(), durationMs: 60_000, width: 1920, height: 1080 },
    },
  });
  await world.write(videoId, ["playable"]);
  await world.fanOutAll();
  const [delivery] = await world.deliveries(endpointId);
  const { events } = await world.log.changes({
    workspaceId,
    after: "beginning",
    filter: { videoId },
    size: 10,
  });
  const message = JSON.parse(delivery?.body ?? "") as object;
  expect(message).toEqual({
    type: "video.playable",
    timestamp: events[0]?.at.toISOString(),
    data: {
      id: expect.any(String),
      cursor: expect.any(String),
      type: "video.playable",
      at: events[0]?.at.toISOString(),
      videoId: expect.any(String),
      variantName: null,
      jobId: null,
      attemptId: null,
      data: {},
      video: {
        id: expect.any(String),
        externalId: "post-17",
        title: "Bunny",
        metadata: { author: 3 },
        status: "PLAYABLE",
        durationMs: 60_000,
        width: 1920,
        height: 1080,
        error: null,
        playbackPolicy: "PUBLIC",
        playback: { hlsUrl: `http://store/videos/${videoId}/manifest/master.m3u8`, posterUrl: null },
      },
    },
  });
});
