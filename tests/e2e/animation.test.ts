/** Scripts from the mutation to the stream, with a painter that needs no Python. */
import { createClient } from "graphql-ws";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { FakeRecord } from "../../render-worker/painting/testing/fake-painter.ts";
import { documents, eventually, type System, startSystem } from "../kit/index.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system[Symbol.asyncDispose]());

const FRAME_RATE = 15;
const frames = (count: number): FakeRecord[] =>
  Array.from({ length: count }, (_, index) => ({ frame: [(index * 40) % 256, 120, 60] }));
/** Animations of a few frames each. */
const animations = (count: number, length: number): FakeRecord[] =>
  Array.from({ length: count }, (_, index): FakeRecord[] => [
    { step: `Create(Dot${index})`, frames: length },
    ...frames(length),
  ]).flat();

async function create(records: readonly FakeRecord[]): Promise<string> {
  const manim = { script: JSON.stringify(records), quality: "LOW" };
  const input = { title: "Lesson", source: { manim } };
  const { data } = await system.client.ask(documents.createVideo, { input });
  expect(data.createVideo).toMatchObject({ __typename: "Video", status: "PROCESSING", upload: null });
  return data.createVideo.id;
}

interface Watched {
  status: string;
  progress: number;
  playback: { hlsUrl: string } | null;
  durationMs: number | null;
  error: { code: string; message: string } | null;
  variants: { name: string; status: string }[];
  mainJob: { status: string; step: { index: number; count: number; name: string; fraction: number } | null };
}

/** Every state until the end, as a client with the job's step receives it. */
async function watch(id: string): Promise<Watched[]> {
  const { url, token } = system.client;
  const client = createClient({
    url: `${url.replace("http", "ws")}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
  });
  const query = `subscription ($id: ID!) { videoProgress(id: $id) { id status progress durationMs playback { hlsUrl } error { code message line column }
    variants { name status } mainJob { status step { index count name fraction } } } }`;
  const seen: Watched[] = [];
  for await (const { data } of client.iterate<{ videoProgress: Watched }>({ query, variables: { id } })) {
    if (!data) throw new Error("The subscription failed.");
    seen.push(data.videoProgress);
    if (["READY", "FAILED"].includes(data.videoProgress.status)) break;
  }
  await client.dispose();
  return seen;
}

test("a script becomes a stream, and its viewer sees every animation while it is drawn", async () => {
  const count = 12;
  const id = await create([...animations(count, 5), { waitMs: 300 }, ...animations(1, FRAME_RATE)]);
  const states = await watch(id);
  const end = states.at(-1);
  expect(end).toMatchObject({ status: "READY", durationMs: 5_000, error: null });
  expect(end?.variants.filter(({ status }) => status === "READY").map(({ name }) => name)).toEqual([
    ...["144p", "240p", "360p", "480p"],
  ]);
  const steps = states.flatMap(({ mainJob }) => mainJob.step ?? []);
  const indexes = steps.map(({ index }) => index);
  expect([...new Set(indexes)]).toEqual(Array.from({ length: count + 1 }, (_, index) => index));
  expect(indexes).toEqual(indexes.toSorted((a, b) => a - b));
  expect(steps.at(-1)).toMatchObject({ count: count + 1, name: "Create(Dot0)" });

  // Everything that is made of a finished video is made of its variants.
  const { data } = await system.client.ask(
    `mutation ($id: ID!) {
      poster: setPoster(input: { videoId: $id, atMs: 1000 }) { __typename ... on Error { message } }
      preview: requestPreview(input: { videoId: $id }) { __typename ... on Error { message } }
      download: requestDownload(input: { videoId: $id, height: 240 }) { __typename ... on Error { message } }
    }`,
    { id },
  );
  expect(Object.values(data)).toEqual(Array.from({ length: 3 }, () => ({ __typename: "Video" })));
  await eventually(async () => {
    const { data: asked } = await system.client.ask(
      "query ($id: ID!) { video(id: $id) { jobs { nodes { kind status error { message } } } } }",
      { id },
    );
    const jobs: { kind: string; status: string }[] = asked.video.jobs.nodes;
    expect(jobs.map(({ kind, status }) => `${kind} ${status}`).toSorted()).toEqual([
      ...["ANIMATION SUCCEEDED", "DOWNLOAD SUCCEEDED", "POSTER SUCCEEDED", "PREVIEW SUCCEEDED"],
    ]);
  }, "poster, preview and download are made");
});

test("of 200 animations a viewer sees every one, in their order, however fast they are drawn", async () => {
  const count = 200;
  const states = await watch(await create(animations(count, 3)));
  expect(states.at(-1)).toMatchObject({ status: "READY", durationMs: (count * 3 * 1_000) / FRAME_RATE });
  const steps = states.flatMap(({ mainJob }) => mainJob.step ?? []);
  const indexes = steps.map(({ index }) => index);
  expect([...new Set(indexes)]).toEqual(Array.from({ length: count }, (_, index) => index));
  expect(indexes).toEqual(indexes.toSorted((a, b) => a - b));
  expect(new Set(steps.map((step) => step.count))).toEqual(new Set([count]));
  for (const [at, { index, name, fraction }] of steps.entries()) {
    expect(name).toBe(`Create(Dot${index})`);
    const before = steps[at - 1];
    if (before?.index === index) expect(fraction).toBeGreaterThanOrEqual(before.fraction);
  }
  const fractions = states.map(({ progress }) => progress);
  expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
});

test("a script that fails in its fifth animation fails the video there, with the script's own error", async () => {
  const failed = {
    ...{ type: "failed", code: "SCRIPT_FAILED", message: "ZeroDivisionError: division by zero" },
    ...{ line: 7, column: null, traceback: "line 7, in construct" },
  };
  const id = await create([...animations(5, 2), { event: failed }]);
  const end = (await watch(id)).at(-1);
  expect(end).toMatchObject({
    status: "FAILED",
    error: {
      ...{ code: "SCRIPT_FAILED", message: "line 7: ZeroDivisionError: division by zero" },
      ...{ line: 7, column: null },
    },
    mainJob: { status: "FAILED", step: { index: 4, count: 5, name: "Create(Dot4)" } },
  });
});
