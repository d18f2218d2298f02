import pino from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLiveProgress } from "./create-live-progress.ts";
import type { VideoSnapshot } from "./live-progress.ts";
import { createMessagingDouble } from "./testing/messaging-double.ts";
import {
  change,
  finish,
  loseAttempt,
  progressed,
  type RenderingVideo,
  remove,
  seedRenderingVideo,
  startJob,
} from "./testing/rendering-video.ts";
import { createTestDatabase, type TestDatabase } from "./testing/test-database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const log = pino({ level: "silent" });

async function start(broker = createMessagingDouble(), more: { pollIntervalMs?: number } = {}) {
  const { url: databaseUrl, db } = database;
  const { messaging } = broker;
  const apiId = crypto.randomUUID();
  const live = await createLiveProgress({
    db,
    messaging,
    databaseUrl,
    apiId,
    log,
    tickIntervalMs: 0,
    pollIntervalMs: 600_000,
    ...more,
  });
  return { live, messaging, broker, [Symbol.asyncDispose]: () => live[Symbol.asyncDispose]() };
}

async function open(
  { live }: Pick<Awaited<ReturnType<typeof start>>, "live">,
  { workspaceId, videoId }: RenderingVideo,
  after?: string,
) {
  const stop = new AbortController();
  const stream = await live.watch({ workspaceId, videoId, after: after ?? null }, stop.signal);
  const iterator = stream[Symbol.asyncIterator]();
  return {
    next: async (): Promise<VideoSnapshot> => {
      const { value, done } = await iterator.next();
      if (done === true) throw new Error("the stream has ended");
      return value;
    },
    /** Reads on until a snapshot fits. */
    async until(fits: (snapshot: VideoSnapshot) => boolean): Promise<VideoSnapshot> {
      for (;;) {
        const snapshot = await this.next();
        if (fits(snapshot)) return snapshot;
      }
    },
    ended: async () => (await iterator.next()).done === true,
    [Symbol.dispose]: () => stop.abort(),
  };
}

const fractions = (snapshot: VideoSnapshot) => snapshot.variants.map(({ fraction }) => fraction);

test("a viewer receives the current state, then progress, then the terminal state", async () => {
  await using api = await start();
  const video = await seedRenderingVideo(database.db);
  using viewer = await open(api, video);

  const first = await viewer.next();
  expect([first.status, first.variants.map(({ name }) => name), fractions(first)]).toEqual([
    "PROCESSING",
    ["144p", "360p", "720p"],
    [0, 0, 0],
  ]);
  await api.messaging.publish(progressed(video, 1, 0.25));
  expect(fractions(await viewer.next())).toEqual([0.25, 0.25, 0.25]);
  await finish(database.db, video);
  const last = await viewer.until(({ status }) => status === "READY");
  expect(fractions(last)).toEqual([1, 1, 1]);
});

test("a second viewer of a video receives the newest progress as its first value", async () => {
  await using api = await start();
  const video = await seedRenderingVideo(database.db);
  using first = await open(api, video);
  await first.next();
  await api.messaging.publish(progressed(video, 1, 0.5));
  await first.next();
  using second = await open(api, video);
  expect(fractions(await second.next())).toEqual([0.5, 0.5, 0.5]);
});

test("reports that are outdated, repeated or from an attempt without the lease change nothing", async () => {
  await using api = await start();
  const video = await seedRenderingVideo(database.db);
  using viewer = await open(api, video);
  await viewer.next();
  await api.messaging.publish(progressed(video, 5, 0.5));
  await viewer.next();
  await api.messaging.publish(progressed(video, 4, 0.9));
  await api.messaging.publish(progressed(video, 5, 0.9));
  await api.messaging.publish(progressed({ ...video, attemptId: crypto.randomUUID() }, 9, 0.95));
  await api.messaging.publish(progressed(video, 6, 0.6));
  expect(fractions(await viewer.next())).toEqual([0.6, 0.6, 0.6]);
});

test("a new attempt does not decrease progress, but a retry of the job does", async () => {
  await using api = await start();
  const video = await seedRenderingVideo(database.db);
  using viewer = await open(api, video);
  await viewer.next();
  await api.messaging.publish(progressed(video, 5, 0.5));
  await viewer.next();

  const second = await loseAttempt(database.db, video);
  await api.messaging.publish(progressed(second, 1, 0.1));
  const again = await viewer.until(({ variants }) => variants[0]?.fps === 60);
  expect(fractions(again)).toEqual([0.5, 0.5, 0.5]);
  await api.messaging.publish(progressed(second, 2, 0.6));
  const further = await viewer.until((snapshot) => fractions(snapshot)[0] !== 0.5);
  expect(fractions(further)).toEqual([0.6, 0.6, 0.6]);

  const retried = { ...video, ...(await startJob(database.db, video)) };
  await change(database.db, retried, "job.enqueued");
  const fresh = await viewer.until((snapshot) => fractions(snapshot)[0] !== 0.6);
  expect(fractions(fresh)).toEqual([0, 0, 0]);
  await api.messaging.publish(progressed(retried, 1, 0.05));
  expect(fractions(await viewer.next())).toEqual([0.05, 0.05, 0.05]);
});

test("progress that arrives before its attempt holds the lease is shown once it does", async () => {
  await using api = await start();
  const video = await seedRenderingVideo(database.db);
  using viewer = await open(api, video);
  await viewer.next();
  const attemptId = crypto.randomUUID();
  await api.messaging.publish(progressed({ ...video, attemptId }, 1, 0.3));
  await change(database.db, video, "attempt.started", async (tx) => {
    const { taskId } = video;
    await tx.attempt.update({
      where: { id: video.attemptId },
      data: { outcome: "LOST", endedAt: new Date() },
    });
    const leaseUntil = new Date(Date.now() + 30_000);
    await tx.attempt.create({ data: { id: attemptId, taskId, number: 2, workerId: "w", leaseUntil } });
  });
  expect(fractions(await viewer.next())).toEqual([0.3, 0.3, 0.3]);
});

test("two API processes on one database and broker serve each other's viewers", async () => {
  const broker = createMessagingDouble();
  await using one = await start(broker);
  await using two = await start(broker);
  const video = await seedRenderingVideo(database.db);
  using here = await open(one, video);
  using there = await open(two, video);
  await Promise.all([here.next(), there.next()]);
  await one.messaging.publish(progressed(video, 1, 0.2));
  const [a, b] = await Promise.all([here.next(), there.next()]);
  expect(b).toEqual(a);
  await finish(database.db, video);
  const ready = ({ status }: VideoSnapshot) => status === "READY";
  const ends = await Promise.all([here.until(ready), there.until(ready)]);
  expect(ends[0].cursor).toBe(ends[1].cursor);
});

test("a viewer with a cursor from another process receives nothing old and misses nothing", async () => {
  const broker = createMessagingDouble();
  await using one = await start(broker);
  const video = await seedRenderingVideo(database.db);
  using here = await open(one, video);
  await here.next();
  await one.messaging.publish(progressed(video, 7, 0.7));
  const { cursor } = await here.next();

  // This process did not receive the first seven reports.
  await using two = await start(broker);
  using there = await open(two, video, cursor);
  await one.messaging.publish(progressed(video, 6, 0.6));
  await one.messaging.publish(progressed(video, 8, 0.8));
  expect(fractions(await there.next())).toEqual([0.8, 0.8, 0.8]);

  // A cursor from before a change that had no viewers returns it immediately.
  await finish(database.db, video);
  using back = await open(two, video, cursor);
  const last = await back.until(({ status }) => status === "READY");
  using newest = await open(two, video, last.cursor);
  await change(database.db, video, "video.updated");
  expect((await newest.next()).revision).toBe(last.revision + 1);
});

test("a subscription continues from the cursor of a query", async () => {
  await using api = await start();
  const video = await seedRenderingVideo(database.db);
  const row = await database.db.video.findUniqueOrThrow({ where: { id: video.videoId } });
  const cursor = api.live.cursor(row);
  using viewer = await open(api, video, cursor);
  await api.messaging.publish(progressed(video, 1, 0.1));
  const next = await viewer.next();
  expect(fractions(next)).toEqual([0.1, 0.1, 0.1]);
  expect(api.live.cursor(next)).toBe(next.cursor);
  expect(api.live.variant(video.videoId, video.attemptId, "360p")).toEqual({
    fraction: 0.1,
    frames: 30,
    fps: 60,
    speed: 2,
    etaMs: 54_000,
    sizeBytes: 100n,
  });
});

test("a lost notification connection delays the terminal state but does not lose it", async () => {
  await using api = await start();
  const video = await seedRenderingVideo(database.db);
  using viewer = await open(api, video);
  await viewer.next();
  await database.sql(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'reelay-live' AND datname = current_database()",
  );
  await finish(database.db, video);
  expect((await viewer.until(({ status }) => status === "READY")).status).toBe("READY");
  // The new connection delivers the next change.
  await change(database.db, video, "video.updated");
  expect((await viewer.next()).revision).toBeGreaterThan(0);
});

test("polling finds a change for which no notification arrived", async () => {
  await using api = await start(createMessagingDouble(), { pollIntervalMs: 20 });
  const video = await seedRenderingVideo(database.db);
  using viewer = await open(api, video);
  await viewer.next();
  await database.db.video.update({
    where: { id: video.videoId },
    data: { title: "silently", revision: { increment: 1 } },
  });
  expect((await viewer.next()).title).toBe("silently");
});

test("after the terminal state the stream stays open for a retry, and deletion ends it", async () => {
  await using api = await start();
  const video = await seedRenderingVideo(database.db);
  using viewer = await open(api, video);
  await finish(database.db, video);
  await viewer.until(({ status }) => status === "READY");
  await change(database.db, video, "video.updated");
  await viewer.next();
  await remove(database.db, video);
  expect(await viewer.ended()).toBe(true);
});

test("aborting ends the stream", async () => {
  await using api = await start();
  const video = await seedRenderingVideo(database.db);
  const viewer = await open(api, video);
  await viewer.next();
  const waiting = viewer.ended();
  viewer[Symbol.dispose]();
  expect(await waiting).toBe(true);
});

test("an unknown video and one of another workspace get the same answer", async () => {
  await using api = await start();
  const video = await seedRenderingVideo(database.db);
  const stranger = { ...video, workspaceId: crypto.randomUUID() };
  const expected = { code: "VIDEO_NOT_FOUND" };
  await expect(open(api, stranger)).rejects.toMatchObject(expected);
  await expect(open(api, { ...video, videoId: crypto.randomUUID() })).rejects.toMatchObject(expected);
  await expect(open(api, { ...video, videoId: "no-uuid" })).rejects.toMatchObject(expected);
});

test("a malformed cursor is refused with what to send instead", async () => {
  await using api = await start();
  const video = await seedRenderingVideo(database.db);
  await expect(open(api, video, "nonsense")).rejects.toMatchObject({
    code: "CURSOR_INVALID",
    field: "after",
  });
});
