import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createLocalObjectStore } from "@reelay/object-store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiClient, type System, startSystem } from "../kit/index.ts";

let system: System;
/** Two API processes' worth of servers, each with its own connections. */
let clients: [ApiClient, ApiClient];
const stack = new AsyncDisposableStack();
beforeAll(async () => {
  system = stack.use(await startSystem({ workers: 0 }));
  clients = [system.client, system.clientOf(stack.use(await system.startApi()))];
});
afterAll(() => stack.disposeAsync());

const keyOf = (id: string) => Buffer.from(id, "base64url").toString().split(":")[1] ?? "";
const idOf = (type: string, key: string) => Buffer.from(`${type}:${key}`).toString("base64url");

/** A hundred at once, half of them to each process. Returns the different answers. */
async function hundred(query: string, variables: Record<string, unknown>) {
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) => (index % 2 ? clients[1] : clients[0]).ask(query, variables)),
  );
  const bodies = answers.map((answer) => (answer.data ? answer.data.r : answer));
  return [...new Set(bodies.map((body) => JSON.stringify(body)))].map((text) => JSON.parse(text));
}

const createVideo = `mutation ($input: CreateVideoInput!) { r: createVideo(input: $input) {
  __typename ... on Video { id upload { url } jobs { totalCount } } ... on Error { code } } }`;

/** A video whose job failed, with one variant ready and one failed. */
async function createFailed() {
  const input = { title: "failed", source: { url: { url: "https://example.com/clip.mp4" } } };
  const { data } = await system.client.ask(createVideo, { input });
  const videoId = keyOf(data.r.id);
  const error = { code: "ENCODER_FAILED", message: "It broke.", scope: "WORKER", retriable: true };
  const ended = { status: "FAILED" as const, endedAt: new Date() };
  await system.db.task.updateMany({ where: { job: { videoId } }, data: ended });
  await system.db.job.updateMany({ where: { videoId }, data: { ...ended, error } });
  await system.db.video.update({ where: { id: videoId }, data: { status: "FAILED", error } });
  const { id } = await system.db.variant.create({
    data: {
      ...{ videoId, name: "144p", position: 0, tier: "CRITICAL", codec: "H264", bitrateBps: 1 },
      ...{ status: "FAILED", error },
    },
  });
  const job = await system.db.job.findFirstOrThrow({ where: { videoId } });
  return { videoId, jobId: idOf("Job", job.id), variantId: idOf("Variant", id) };
}

test.for([
  ["a URL", { url: { url: "https://example.com/clip.mp4" } }],
  ["an upload", { upload: { filename: "clip.mp4", sizeBytes: 1_000 } }],
] as const)(
  "a hundred identical createVideo with %s create one video with one job and return one answer",
  async ([, source]) => {
    const input = { title: "once", idempotencyKey: randomUUID(), source };
    const before = await system.db.video.count();
    const answers = await hundred(createVideo, { input });
    expect(answers).toMatchObject([{ __typename: "Video", jobs: { totalCount: 1 } }]);
    expect(await system.db.video.count()).toBe(before + 1);
    const other = await hundred(createVideo, { input: { ...input, title: "another" } });
    expect(other).toEqual([{ __typename: "ConflictError", code: "IDEMPOTENCY_KEY_REUSED" }]);
  },
);

test("a hundred identical retries of a job create one job and return one answer", async () => {
  const { jobId, videoId } = await createFailed();
  const query = `mutation ($id: ID!, $key: String) { r: retryJob(id: $id, idempotencyKey: $key) {
    __typename ... on Job { id status } ... on Error { code } } }`;
  const answers = await hundred(query, { id: jobId, key: randomUUID() });
  expect(answers).toMatchObject([{ __typename: "Job", status: "QUEUED" }]);
  expect(await system.db.job.count({ where: { videoId } })).toBe(2);
});

test("a hundred identical retries of a variant create one job and return one answer", async () => {
  const { variantId, videoId } = await createFailed();
  const query = `mutation ($id: ID!, $key: String) { r: retryVariant(input: { id: $id, idempotencyKey: $key }) {
    __typename ... on Job { id variantNames } ... on Error { code } } }`;
  const answers = await hundred(query, { id: variantId, key: randomUUID() });
  expect(answers).toMatchObject([{ __typename: "Job", variantNames: ["144p"] }]);
  expect(await system.db.job.count({ where: { videoId } })).toBe(2);
});

test("a hundred identical retries of many jobs create one job for each and return one answer", async () => {
  const failed = [await createFailed(), await createFailed(), await createFailed()];
  const query = `mutation ($input: RetryJobsInput!) { r: retryJobs(input: $input) {
    __typename ... on RetriedJobs { jobs { id retryOf { id } } skipped { id job { id } reason { code message } } hasMore lastId }
    ... on Error { code } } }`;
  const ids = [...failed.map(({ jobId }) => jobId), idOf("Job", randomUUID())];
  const answers = await hundred(query, { input: { ids, idempotencyKey: randomUUID() } });
  expect(answers).toMatchObject([
    {
      __typename: "RetriedJobs",
      jobs: failed.map(({ jobId }) => ({ retryOf: { id: jobId } })),
      skipped: [{ id: ids[3], job: null, reason: { code: "JOB_NOT_FOUND" } }],
      hasMore: false,
    },
  ]);
  for (const { videoId } of failed) expect(await system.db.job.count({ where: { videoId } })).toBe(2);
});

test("a hundred identical createApiKey create one key and return its secret only once", async () => {
  const query = `mutation ($input: CreateApiKeyInput!) { r: createApiKey(input: $input) {
    __typename ... on CreatedApiKey { secret apiKey { id name } } ... on Error { code } } }`;
  const name = randomUUID();
  const input = { name, scopes: ["READ"], idempotencyKey: randomUUID() };
  const answers = await hundred(query, { input });
  expect(answers).toHaveLength(2);
  expect(answers.map(({ secret }) => typeof secret).toSorted()).toEqual(["object", "string"]);
  expect(new Set(answers.map(({ apiKey }) => apiKey.id)).size).toBe(1);
  expect(await system.db.apiKey.count({ where: { name } })).toBe(1);
});

test("a hundred concurrent completeUpload start one job", async () => {
  const { data } = await system.client.ask(createVideo, {
    input: { title: "upload", source: { upload: { filename: "clip.mp4", sizeBytes: 4 } } },
  });
  const videoId = keyOf(data.r.id);
  const { objectKey } = await system.db.source.findUniqueOrThrow({ where: { videoId } });
  const file = join(system.directory, "four-bytes");
  await writeFile(file, "four");
  await using store = createLocalObjectStore({
    directory: system.storeDirectory,
    publicBaseUrl: "http://store/",
  });
  await store.put(objectKey, { path: file });
  const query = `mutation ($id: ID!) { r: completeUpload(input: { videoId: $id }) {
    __typename ... on Video { id status } ... on Error { code } } }`;
  expect(await hundred(query, { id: data.r.id })).toEqual([
    { __typename: "Video", id: data.r.id, status: "PROCESSING" },
  ]);
  const events = await system.db.event.findMany({
    where: { videoId, type: { in: ["job.queued", "video.source-received"] } },
  });
  expect(events.map(({ type }) => type).toSorted()).toEqual(["job.queued", "video.source-received"]);
});

test("an idempotency key whose video was deleted returns an error instead of creating another", async () => {
  const input = {
    title: "gone",
    idempotencyKey: randomUUID(),
    source: { url: { url: "https://example.com/a.mp4" } },
  };
  const { data } = await system.client.ask(createVideo, { input });
  await system.client.ask("mutation ($id: ID!) { deleteVideo(input: { id: $id }) { __typename } }", {
    id: data.r.id,
  });
  expect(await hundred(createVideo, { input })).toEqual([
    { __typename: "ConflictError", code: "IDEMPOTENCY_RESULT_GONE" },
  ]);
});

test("hostile keys and IDs are typed errors in every mutation that accepts them", async () => {
  const { jobId, variantId } = await createFailed();
  const hostile = ["", "\0", "x".repeat(10_000), "\uD800", "😀".repeat(101)];
  for (const key of hostile) {
    const { data, errors } = await system.client.ask(
      `mutation ($id: ID!, $variantId: ID!, $key: String, $input: RetryJobsInput!, $apiKey: CreateApiKeyInput!, $video: CreateVideoInput!) {
        a: retryJob(id: $id, idempotencyKey: $key) { ... on Error { code } }
        b: retryVariant(input: { id: $variantId, idempotencyKey: $key }) { ... on Error { code } }
        c: retryJobs(input: $input) { ... on Error { code } }
        d: createApiKey(input: $apiKey) { ... on Error { code } }
        e: createVideo(input: $video) { ... on Error { code } ... on InvalidInputError { field } } }`,
      {
        id: jobId,
        variantId,
        key,
        input: { ids: [jobId], idempotencyKey: key },
        apiKey: { name: "a", scopes: ["READ"], idempotencyKey: key },
        video: { title: "a", idempotencyKey: key, source: { url: { url: "https://example.com/a.mp4" } } },
      },
    );
    expect([key.slice(0, 5), errors]).toEqual([key.slice(0, 5), undefined]);
    const refused = { code: "IDEMPOTENCY_KEY_INVALID" };
    expect(data).toEqual({
      a: refused,
      b: refused,
      c: refused,
      d: refused,
      e: { ...refused, field: "idempotencyKey" },
    });
  }
  for (const id of [...hostile, randomUUID(), jobId, variantId, idOf("Job", "\0"), idOf("Variant", "1")]) {
    const { data, errors } = await system.client.ask(
      `mutation ($id: ID!, $input: RetryJobsInput!, $filter: RetryJobsInput!) {
        a: retryVariant(input: { id: $id }) { __typename ... on Error { code } }
        b: retryJobs(input: $input) { __typename ... on Error { code } }
        c: retryJobs(input: $filter) { __typename ... on Error { code } } }`,
      { id, input: { ids: [id] }, filter: { filter: { videoId: id, errorCode: [id] }, after: id } },
    );
    expect([id.slice(0, 5), errors]).toEqual([id.slice(0, 5), undefined]);
    expect(data.c.code).toBe("JOBS_INVALID");
  }
});
