/** What can be asked of a job that was cut into hundreds of tasks. */

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { encodeGlobalId } from "../src/inputs/global-id.ts";
import { renderNeeds } from "../src/testing/fleet-rows.ts";
import { seedVideo } from "./testing/seed.ts";
import { createTestApi, type TestApi } from "./testing/test-api.ts";

let api: TestApi;
let videoId: string;
let jobId: string;
const chunks = 300;
const kept = (fraction: number) => ({ fraction, frames: 100, sizeBytes: 1_000, fps: 60, speed: 2 });

beforeAll(async () => {
  api = await createTestApi();
  const video = await seedVideo(api.db, api.ours.id);
  const [job] = video.jobs;
  const [head] = job?.tasks ?? [];
  if (!job || !head) throw new Error("The seeded video has a job with a task.");
  videoId = encodeGlobalId("Video", video.id);
  jobId = encodeGlobalId("Job", job.id);
  const plan = {
    headEndMs: 8_000,
    chunkMs: 16_000,
    chunks,
    groups: [["100p"], ["200p"]],
    speed: 0.5,
    slots: 2,
    reason: "The critical ones run ahead.",
  };
  await api.db.video.update({ where: { id: video.id }, data: { durationMs: 8_000 + chunks * 16_000 } });
  await api.db.job.update({ where: { id: job.id }, data: { plan } });
  await api.db.task.update({
    where: { id: head.id },
    data: { dueAt: new Date(0), progress: { "100p": kept(1), "200p": kept(0.5) } },
  });
  const rest = { jobId: job.id, workspaceId: api.ours.id, pool: "CPU", isRest: true } as const;
  const requirements = renderNeeds;
  const queued = { ...rest, requirements, status: "QUEUED", queuedAt: new Date(0) } as const;
  await api.db.task.createMany({
    data: Array.from({ length: chunks }, (_, index) => {
      const startMs = 8_000 + index * 16_000;
      const endMs = index === chunks - 1 ? null : startMs + 16_000;
      const params = { version: 1, startMs, endMs, renditions: ["200p"] };
      const span = { params, dueAt: new Date(startMs), kind: "CHUNK" as const };
      return Object.assign(
        span,
        queued,
        index === 0 && { status: "SUCCEEDED" as const, endedAt: new Date() },
      );
    }),
  });
  await api.db.task.create({
    data: {
      ...queued,
      kind: "AUDIO",
      params: { version: 1, startMs: 8_000 },
      dueAt: new Date(7_999),
      progress: { audio: kept(0.25) },
    },
  });
  await api.ask("{ viewer { scopes } }");
});
afterAll(() => api[Symbol.asyncDispose]());
beforeEach(() => {
  api.queries.length = 0;
});

test("a job returns its plan with the reason, and its progress", async () => {
  const { data } = await api.ask(
    `query ($id: ID!) { job(id: $id) {
      plan { kind reason headMs chunkMs chunks tierGroups speed slots } progress taskCounts { status count } } }`,
    { id: jobId },
    api.ours.all,
  );
  expect(data.job).toEqual({
    plan: {
      kind: "SPLIT",
      reason: "The critical ones run ahead.",
      headMs: 8_000,
      chunkMs: 16_000,
      chunks,
      tierGroups: [["100p"], ["200p"]],
      speed: 0.5,
      slots: 2,
    },
    progress: 0.6,
    taskCounts: [
      { status: "QUEUED", count: chunks },
      { status: "RUNNING", count: 1 },
      { status: "SUCCEEDED", count: 1 },
    ],
  });
});

test("tasks are ordered by due time and return their span, variants and progress", async () => {
  const { data } = await api.ask(
    `query ($id: ID!) { job(id: $id) { tasks(first: 4) {
      kind status startMs endMs dueAt progress variants { name } } } }`,
    { id: jobId },
  );
  const due = (ms: number) => new Date(ms).toISOString();
  expect(data.job.tasks).toEqual([
    {
      ...{ kind: "RENDER", status: "RUNNING", startMs: 0, endMs: 8_000, dueAt: due(0), progress: 0.75 },
      variants: [{ name: "100p" }, { name: "200p" }, { name: "400p" }],
    },
    {
      ...{ kind: "AUDIO", status: "QUEUED", startMs: 8_000, endMs: null, dueAt: due(7_999), progress: 0.25 },
      variants: [],
    },
    {
      ...{
        kind: "CHUNK",
        status: "SUCCEEDED",
        startMs: 8_000,
        endMs: 24_000,
        dueAt: due(8_000),
        progress: 1,
      },
      variants: [{ name: "200p" }],
    },
    {
      ...{ kind: "CHUNK", status: "QUEUED", startMs: 24_000, endMs: 40_000, dueAt: due(24_000), progress: 0 },
      variants: [{ name: "200p" }],
    },
  ]);
});

test("reading hundreds of tasks takes as many queries as reading one", async () => {
  const tables = () => api.queries.map((sql) => /FROM "public"."(\w+)"/.exec(sql)?.[1] ?? sql).sort();
  const ask = (first: number) =>
    api.ask(
      `query ($id: ID!, $first: Int) { video(id: $id) { jobs(first: 1) { nodes { id status plan { kind } progress taskCounts { count }
        tasks(first: $first) { id status startMs endMs dueAt progress variants { name fraction }
          attempts { number outcome workerId error { code } } } } } } }`,
      { id: videoId, first },
    );
  await ask(1);
  const forOne = tables();
  api.queries.length = 0;
  const { data, errors } = await ask(1_000);
  expect(errors).toBeUndefined();
  expect(data.video.jobs.nodes[0].tasks).toHaveLength(chunks + 2);
  expect(tables()).toEqual(forOne);
  expect(forOne.length).toBeLessThan(15);
});

test("tasks can be filtered by state, and a page is limited to 1,000", async () => {
  const ask = async (args: string) =>
    await api.ask(`query ($id: ID!) { job(id: $id) { tasks(${args}) { status } } }`, { id: jobId });
  expect((await ask("status: RUNNING")).data.job.tasks).toEqual([{ status: "RUNNING" }]);
  expect((await ask("first: 0")).data.job.tasks).toEqual([]);
  expect((await ask("first: 1001")).errors?.[0]).toMatchObject({
    message: expect.stringContaining("at most 1000 tasks of a job can be read, not 1001"),
    extensions: { code: "PAGE_SIZE_INVALID" },
  });
});

test("the progress of a job with one task, and of that task, is that of its variants", async () => {
  const short = await seedVideo(api.db, api.ours.id, { title: "Short" });
  await api.db.video.update({ where: { id: short.id }, data: { durationMs: 12_000 } });
  const { data } = await api.ask(
    `query ($id: ID!) { job(id: $id) { plan { kind reason } progress tasks { startMs endMs progress } } }`,
    { id: encodeGlobalId("Job", short.jobs[0]?.id ?? "") },
  );
  expect(data.job).toEqual({
    plan: { kind: "WHOLE", reason: "It is 12 s long; what is longer than 30 s is cut." },
    progress: 0.6,
    tasks: [{ startMs: 0, endMs: null, progress: 0.6 }],
  });
});
