import { type Client, createClient } from "graphql-ws";
import pino from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { createLiveProgress } from "./create-live-progress.ts";
import { createSharedExecution } from "./shared-execution.ts";
import { type Context, startLiveServer } from "./testing/live-server.ts";
import { createMessagingDouble } from "./testing/messaging-double.ts";
import {
  finish,
  progressed,
  type RenderingVideo,
  remove,
  seedRenderingVideo,
} from "./testing/rendering-video.ts";
import { createTestDatabase, type TestDatabase } from "./testing/test-database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const watchDocument = `subscription Watch($id: ID!, $after: String) {
  videoProgress(id: $id, after: $after) { id status progress cursor variants { id status fraction fps speed etaMs } }
}`;

async function start() {
  const { messaging } = createMessagingDouble();
  const { url: databaseUrl, db } = database;
  const log = pino({ level: "silent" });
  const apiId = crypto.randomUUID();
  const live = await createLiveProgress({ db, messaging, databaseUrl, apiId, log, tickIntervalMs: 0 });
  const hooks = createSharedExecution({
    viewerKey: (context) => (context as Context).workspaceId,
    maxBufferedBytes: 16_384,
  });
  const server = await startLiveServer(live, hooks);
  return {
    live,
    server,
    messaging,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await live[Symbol.asyncDispose]();
    },
  };
}
type Started = Awaited<ReturnType<typeof start>>;

interface Shown {
  videoProgress: { status: string; progress: number; cursor: string };
}

function connect({ server }: Started, { workspaceId }: RenderingVideo): Client {
  return createClient({
    url: server.url,
    webSocketImpl: WebSocket,
    connectionParams: { workspaceId },
    retryAttempts: 0,
    lazyCloseTimeout: 0,
  });
}

function watch(client: Client, { videoId }: RenderingVideo, after?: string, query = watchDocument) {
  const stream = client.iterate<Shown>({ query, variables: { id: videoId, after: after ?? null } });
  return {
    async next(): Promise<Shown["videoProgress"]> {
      const { value, done } = await stream.next();
      if (done === true) throw new Error("the subscription has completed");
      if (value.data === undefined || value.data === null) throw new Error(JSON.stringify(value));
      return value.data.videoProgress;
    },
    async until(fits: (video: Shown["videoProgress"]) => boolean) {
      for (;;) {
        const video = await this.next();
        if (fits(video)) return video;
      }
    },
    completed: async () => (await stream.next()).done === true,
    stop: () => stream.return?.(),
  };
}

/** A bare socket that has subscribed, for what a client library would hide. */
async function rawSubscribe({ server }: Started, video: RenderingVideo, id: string) {
  const socket = new WebSocket(server.url, "graphql-transport-ws");
  const received: string[] = [];
  const { workspaceId, videoId } = video;
  socket.on("open", () => socket.send(JSON.stringify({ type: "connection_init", payload: { workspaceId } })));
  socket.on("message", (data: Buffer) => {
    const text = data.toString();
    if (!text.includes("connection_ack")) return void received.push(text);
    const payload = { query: watchDocument, variables: { id: videoId } };
    return socket.send(JSON.stringify({ id, type: "subscribe", payload }));
  });
  await expect.poll(() => received.length).toBeGreaterThan(0);
  return { socket, received };
}

test("200 viewers with equal documents cost one execution and get equal bytes", async () => {
  await using api = await start();
  const video = await seedRenderingVideo(database.db);
  const viewers = await Promise.all(Array.from({ length: 200 }, () => rawSubscribe(api, video, "same")));
  await api.messaging.publish(progressed(video, 1, 0.5));
  await expect
    .poll(() => viewers.filter(({ received }) => !received.at(-1)?.includes('"progress":0.5')).length)
    .toBe(0);
  const last = new Set(viewers.map(({ received }) => received.at(-1)));
  expect(last.size).toBe(1);
  expect([...last][0]).not.toContain("reelay_position");
  expect(api.server.counts.executions).toBe(1);
  for (const { socket } of viewers) socket.terminate();
  await expect.poll(() => api.server.counts.open).toBe(0);
});

test("a viewer receives the same values whether the execution is shared or not", async () => {
  await using api = await start();
  const video = await seedRenderingVideo(database.db);
  const client = connect(api, video);
  const unshared = watchDocument.replace("{ id status", "{ reelay_position: id id status");
  const one = watch(client, video);
  const other = watch(client, video, undefined, unshared);
  const { reelay_position: _, ...plain } = (await other.next()) as Shown["videoProgress"] & {
    reelay_position?: string;
  };
  expect(await one.next()).toEqual(plain);
  expect(api.server.counts.executions).toBe(2);
  await client.dispose();
});

test("a viewer that joins late receives the newest state immediately, and one that leaves affects no other", async () => {
  await using api = await start();
  const video = await seedRenderingVideo(database.db);
  const clients = [connect(api, video), connect(api, video)] as const;
  const first = watch(clients[0], video);
  await first.next();
  await api.messaging.publish(progressed(video, 1, 0.5));
  await first.next();
  const late = watch(clients[1], video);
  expect((await late.next()).progress).toBe(0.5);
  await first.stop();
  await api.messaging.publish(progressed(video, 2, 0.75));
  expect((await late.next()).progress).toBe(0.75);
  expect(api.server.counts).toMatchObject({ executions: 1, open: 1 });
  await late.stop();
  await expect.poll(() => api.server.counts.open).toBe(0);
  for (const client of clients) await client.dispose();
});

test("each member of a group has its own cursor", async () => {
  await using api = await start();
  const video = await seedRenderingVideo(database.db);
  const client = connect(api, video);
  const first = watch(client, video);
  await first.next();
  await api.messaging.publish(progressed(video, 1, 0.5));
  const { cursor } = await first.next();
  const returning = watch(client, video, cursor);
  const fresh = watch(client, video);
  expect((await fresh.next()).progress).toBe(0.5);
  await api.messaging.publish(progressed(video, 2, 0.6));
  expect((await returning.next()).progress).toBe(0.6);
  expect(api.server.counts.executions).toBe(1);
  await client.dispose();
});

test("viewers of another workspace do not join and receive no data", async () => {
  await using api = await start();
  const video = await seedRenderingVideo(database.db);
  const own = connect(api, video);
  await watch(own, video).next();
  const stranger = connect(api, { ...video, workspaceId: crypto.randomUUID() });
  await expect(watch(stranger, video).next()).rejects.toMatchObject([
    { extensions: { code: "VIDEO_NOT_FOUND" } },
  ]);
  const misled = watch(own, video, "nonsense");
  await expect(misled.next()).rejects.toMatchObject([{ extensions: { code: "CURSOR_INVALID" } }]);
  await own.dispose();
  await stranger.dispose();
});

test("a socket that does not read buffers a bounded amount and receives the newest state when it reads again", async () => {
  await using api = await start();
  const video = await seedRenderingVideo(database.db);
  const slow = await rawSubscribe(api, video, "slow");
  const client = connect(api, video);
  const fast = watch(client, video);
  await fast.next();
  slow.socket.pause();
  const ticks = 10_000;
  let buffered = 0;
  for (let tick = 1; tick <= ticks; tick += 1) {
    await api.messaging.publish(progressed(video, tick, tick / ticks));
    for (const socket of api.server.sockets.clients) buffered = Math.max(buffered, socket.bufferedAmount);
  }
  await fast.until(({ progress }) => progress === 1);
  // The limit, and the message that passed it.
  expect(buffered).toBeLessThan(16_384 + 4_096);
  slow.socket.resume();
  await expect.poll(() => slow.received.at(-1)).toContain('"progress":1,');
  expect(slow.received.length).toBeLessThan(ticks);
  slow.socket.terminate();
  await client.dispose();
}, 120_000);

test("every viewer receives the terminal state, and deletion completes every subscription", async () => {
  await using api = await start();
  const video = await seedRenderingVideo(database.db);
  const clients = [connect(api, video), connect(api, video)];
  const viewers = clients.map((client) => watch(client, video));
  await Promise.all(viewers.map((viewer) => viewer.next()));
  await finish(database.db, video);
  await Promise.all(viewers.map((viewer) => viewer.until(({ status }) => status === "READY")));
  await remove(database.db, video);
  expect(await Promise.all(viewers.map((viewer) => viewer.completed()))).toEqual([true, true]);
  await expect.poll(() => api.server.counts.open).toBe(0);
  for (const client of clients) await client.dispose();
});
