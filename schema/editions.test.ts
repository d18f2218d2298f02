/** Editions, as clients request and list them. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { keyOf } from "../src/inputs/global-id.ts";
import { createTestApi, type TestApi } from "./testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const template = (question: string, more: object = {}) => ({
  template: {
    template: "quiz-classic",
    data: { questions: [{ question, options: ["Mars", "Venus"], answerIndex: 0 }] },
    ...more,
  },
});

async function create(source: object): Promise<string> {
  const { data } = await api.ask(
    "mutation ($input: CreateVideoInput!) { createVideo(input: $input) { ... on Video { id } } }",
    { input: { title: "Quiz", source } },
  );
  return data.createVideo.id;
}

/** Marked as if a worker had made it. */
async function createReady(): Promise<string> {
  const id = await create(template("Which planet is red?"));
  const videoId = keyOf("Video", id) ?? "";
  await api.db.task.deleteMany({ where: { job: { videoId } } });
  await api.db.job.updateMany({ where: { videoId }, data: { status: "CANCELED", endedAt: new Date() } });
  const now = new Date();
  await api.db.video.update({
    where: { id: videoId },
    data: { status: "READY", playableAt: now, readyAt: now },
  });
  return id;
}

async function update(videoId: string, source: object, more: object = {}, token = api.ours.write) {
  const { data } = await api.ask(
    `mutation ($input: UpdateVideoSourceInput!) { updateVideoSource(input: $input) { __typename
      ... on Video { id status edition } ... on Error { code } ... on InvalidInputError { field } } }`,
    { input: { videoId, source, ...more } },
    token,
  );
  return data.updateVideoSource;
}

const LIST = `query ($id: ID!, $after: String) { video(id: $id) { edition editions(first: 2, after: $after) { totalCount
  pageInfo { hasNextPage endCursor }
  nodes { id number status progress error { code message } publishedAt replacedAt job { kind status progress } } } } }`;

test("editions are listed with their jobs, newest first, and belong to their workspace", async () => {
  const id = await createReady();
  const { data: untouched } = await api.ask(LIST, { id });
  expect(untouched.video).toMatchObject({ edition: 1, editions: { totalCount: 0, nodes: [] } });
  const idempotencyKey = "one";
  const updated = { __typename: "Video", id, status: "READY", edition: 1 };
  expect(await update(id, template("Which one is blue?"), { idempotencyKey })).toEqual(updated);
  expect(await update(id, template("Which one is blue?"), { idempotencyKey })).toEqual(updated);
  expect(await update(id, template("Which one is far?"))).toEqual(updated);

  const { data } = await api.ask(LIST, { id });
  const { editions } = data.video;
  expect(editions).toMatchObject({
    totalCount: 3,
    pageInfo: { hasNextPage: true },
    nodes: [
      {
        ...{ number: 3, status: "RENDERING", progress: 0, error: null, publishedAt: null },
        job: { kind: "EDITION", status: "QUEUED", progress: 0 },
      },
      {
        ...{ number: 2, status: "CANCELED", error: { code: "EDITION_SUPERSEDED" } },
        job: { kind: "EDITION", status: "CANCELED" },
      },
    ],
  });
  const { data: next } = await api.ask(LIST, { id, after: editions.pageInfo.endCursor });
  expect(next.video.editions.nodes).toMatchObject([
    { number: 1, status: "PUBLISHED", progress: 1, publishedAt: expect.any(String), job: null },
  ]);

  const node = "query ($id: ID!) { node(id: $id) { ... on Edition { number } } }";
  const ours = await api.ask(node, { id: editions.nodes[0].id });
  expect(ours.data.node).toEqual({ number: 3 });
  const theirs = await api.ask(node, { id: editions.nodes[0].id }, api.theirs.read);
  expect(theirs.data.node).toBeNull();
  expect(await update(id, template("Mine?"), {}, api.theirs.write)).toMatchObject({
    code: "VIDEO_NOT_FOUND",
  });
});

test("a source that cannot become an edition is refused with the field and the remedy", async () => {
  const media = await create({ url: { url: "https://example.com/a.mp4" } });
  const pending = await create(template("Which planet is red?"));
  const ready = await createReady();
  expect([
    await update(media, template("Which?")),
    await update(pending, template("Which?")),
    await update(ready, { url: { url: "https://example.com/a.mp4" } }),
    await update(ready, template("Which?", { template: "quote" })),
    await update(ready, template("")),
  ]).toEqual([
    { __typename: "ConflictError", code: "SOURCE_NOT_DRAWN" },
    { __typename: "ConflictError", code: "VIDEO_NOT_READY" },
    { __typename: "InvalidInputError", code: "SOURCE_KIND_DIFFERS", field: "source" },
    { __typename: "InvalidInputError", code: "TEMPLATE_DIFFERS", field: "source.template.template" },
    { __typename: "InvalidDataError", code: "DATA_INVALID" },
  ]);
});
