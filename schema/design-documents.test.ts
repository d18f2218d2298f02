import { createClient } from "graphql-ws";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeGlobalId } from "../src/inputs/global-id.ts";
import * as documents from "./testing/documents.ts";
import { seedVideo } from "./testing/seed.ts";
import { createTestApi, type TestApi } from "./testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const input = {
  title: "A film",
  source: { upload: { filename: "film.mp4", sizeBytes: 5_000_000_000, contentType: "video/mp4" } },
};

test("a new video is returned with its upload address", async () => {
  const { data, errors } = await api.ask(documents.createVideo, { input });
  expect(errors).toBeUndefined();
  expect(data.createVideo).toEqual({
    __typename: "Video",
    id: expect.stringMatching(/^[\w-]+$/),
    status: "AWAITING_SOURCE",
    upload: {
      url: expect.stringContaining("http"),
      protocol: "TUS",
      expiresAt: expect.stringContaining("T"),
    },
  });
});

test("an expected failure is a member of the result", async () => {
  const { data, errors } = await api.ask(documents.createVideo, { input: { ...input, title: " " } });
  expect(errors).toBeUndefined();
  expect(data.createVideo).toMatchObject({ __typename: "InvalidInputError", code: "TITLE_INVALID" });
});

test("the subscription yields the video, first its current state and then every change", async () => {
  const { data } = await api.ask(documents.createVideo, { input });
  const id: string = data.createVideo.id;
  const client = createClient({
    url: api.webSocket,
    connectionParams: { Authorization: `Bearer ${api.ours.read}` },
  });
  const watch = client.iterate({
    query: documents.watch,
    variables: { id },
  });
  const first = await watch.next();
  expect(first.value).toEqual({
    data: {
      videoProgress: {
        id,
        status: "AWAITING_SOURCE",
        progress: 0,
        cursor: expect.stringMatching(/^r\d+$/),
        variants: [],
      },
    },
  });
  await watch.return?.();
  await client.dispose();
});

test("a query returns a video with its variants, and its jobs down to the attempts", async () => {
  const seeded = await seedVideo(api.db, api.ours.id, { externalId: "cms-1" });
  const id = encodeGlobalId("Video", seeded.id);
  const { data, errors } = await api.ask(documents.video, { id });
  expect(errors).toBeUndefined();
  expect(data.video).toMatchObject({
    id,
    title: "A film",
    externalId: "cms-1",
    metadata: {},
    status: "PLAYABLE",
    error: null,
    progress: (100 * 200 + 0.5 * 200 * 400) / (100 * 200 + 200 * 400),
    playback: { hlsUrl: `http://store/videos/${seeded.id}/manifest/master.m3u8`, posterUrl: null },
    variants: [
      { name: "100p", status: "READY", fraction: 1, etaMs: 0, sizeBytes: 9_000_000_000 },
      { name: "200p", status: "RENDERING", fraction: 0.5, fps: 30, speed: 1, etaMs: 2_000 },
      { name: "400p", status: "SKIPPED", fraction: 0 },
    ],
  });
  expect(data.video.jobs.edges[0].node).toMatchObject({
    kind: "TRANSCODE",
    status: "RUNNING",
    priority: "STANDARD",
    queuePosition: null,
    tasks: [
      {
        pool: "CPU",
        variants: [{ name: "100p" }, { name: "200p" }, { name: "400p" }],
        attempts: [
          { number: 1, outcome: "LOST", workerId: "w1", error: { code: "WORKER_LOST" } },
          { number: 2, outcome: null, workerId: "w2", endedAt: null, error: null },
        ],
      },
    ],
  });
});

test("live values override the row's values unless they are lower", async () => {
  const seeded = await seedVideo(api.db, api.ours.id);
  const id = encodeGlobalId("Video", seeded.id);
  const live = { frames: 5, fps: 60, speed: 2, etaMs: 900.4, sizeBytes: 10n };
  const fraction = async () => (await api.ask(documents.video, { id })).data.video.variants[1];
  api.live.values.set(`${seeded.id}/200p`, { ...live, fraction: 0.7 });
  expect(await fraction()).toMatchObject({ fraction: 0.7, fps: 60, speed: 2, etaMs: 900, sizeBytes: 10 });
  api.live.values.set(`${seeded.id}/200p`, { ...live, fraction: 0.3 });
  expect(await fraction()).toMatchObject({ fraction: 0.5, fps: 30, speed: 1, etaMs: 2_000, sizeBytes: 0 });
});

test("a waiting job is canceled immediately and retried as a new job", async () => {
  const created = await api.ask(documents.createVideo, { input });
  const shown = await api.ask(documents.video, { id: created.data.createVideo.id });
  const id: string = shown.data.video.jobs.edges[0].node.id;
  const early = await api.ask(documents.retry, { id });
  expect(early.data.retryJob).toEqual({ code: "JOB_NOT_ENDED", message: expect.any(String) });
  const canceled = await api.ask(documents.cancel, { id });
  expect(canceled.data.cancelJob).toEqual({ id, status: "CANCELED" });
  const { data } = await api.ask(documents.retry, { id });
  expect(data.retryJob).toEqual({ id: expect.not.stringMatching(id), status: "PENDING" });
});

test("canceling a running job asks its worker to stop", async () => {
  const { jobs } = await seedVideo(api.db, api.ours.id);
  const id = encodeGlobalId("Job", jobs[0]?.id ?? "");
  const { data } = await api.ask(documents.cancel, { id });
  expect(data.cancelJob).toEqual({ id, status: "RUNNING" });
  const sent = await api.db.outboxMessage.findMany({ orderBy: { id: "desc" }, take: 1 });
  expect(sent[0]?.attributes).toMatchObject({ type: "task.cancel-requested.v1" });
});

test("a list can be read page by page to its end", async () => {
  for (const index of [1, 2, 3]) {
    const at = new Date(index * 1_000);
    const ready = { status: "READY", playableAt: at, readyAt: at } as const;
    await api.db.video.create({
      data: {
        workspaceId: api.ours.id,
        title: `ready ${index}`,
        profile: "default",
        createdAt: at,
        ...ready,
      },
    });
  }
  const first = (await api.ask(documents.list, { first: 2 })).data.videos;
  expect(first.edges.map((edge: { node: { title: string } }) => edge.node.title)).toEqual([
    "ready 3",
    "ready 2",
  ]);
  expect(first.pageInfo).toEqual({ hasNextPage: true, endCursor: first.edges[1].cursor });
  const second = (await api.ask(documents.list, { first: 2, after: first.pageInfo.endCursor })).data.videos;
  expect(second.edges.map((edge: { node: { title: string } }) => edge.node.title)).toEqual(["ready 1"]);
  expect(second.pageInfo.hasNextPage).toBe(false);
});
