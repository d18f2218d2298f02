import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestApi, type TestApi } from "./testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const address = "https://example.com/films/a.mp4";

async function create(input: string, variables: Record<string, unknown> = {}, declared = "") {
  const { data, errors } = await api.ask(
    `mutation ${declared} { r: createVideo(input: { title: "a", source: ${input} }) { __typename
      ... on Video { id source { url filename } } ... on InvalidInputError { code field } } }`,
    variables,
  );
  expect(errors).toBeUndefined();
  return data.r;
}

test("a URL source is a string, or an object that also names the file", async () => {
  const expected = { __typename: "Video", source: { url: address, filename: "a.mp4" } };
  expect(await create(`{ url: "${address}" }`)).toMatchObject(expected);
  expect(await create(`{ url: { url: "${address}" } }`)).toMatchObject(expected);
  expect(await create("{ url: $url }", { url: address }, "($url: UrlSource!)")).toMatchObject(expected);
  expect(await create("{ url: { url: $url } }", { url: address }, "($url: String!)")).toMatchObject(expected);
  expect(await create(`{ url: { url: "${address}", filename: "b.mp4" } }`)).toMatchObject({
    source: { filename: "b.mp4" },
  });
  expect(await create('{ url: "ftp://example.com/a.mp4" }')).toEqual({
    __typename: "InvalidInputError",
    code: "SOURCE_URL_REFUSED",
    field: "source.url",
  });
});

const cancel = `mutation ($id: ID!) { r: cancelVideo(input: { id: $id }) { __typename
  ... on Video { status jobs { nodes { status } } } ... on Error { code } } }`;
const retry = `mutation ($id: ID!, $key: String) { r: retryVideo(input: { id: $id, idempotencyKey: $key }) { __typename
  ... on Video { status jobs { nodes { status } } } ... on Error { code } } }`;

test("a video is canceled and retried by its own id", async () => {
  const { id } = await create(`{ url: "${address}" }`);
  expect((await api.ask(retry, { id })).data.r).toEqual({
    __typename: "ConflictError",
    code: "JOB_NOT_ENDED",
  });
  const canceled = { __typename: "Video", status: "FAILED", jobs: { nodes: [{ status: "CANCELED" }] } };
  expect((await api.ask(cancel, { id })).data.r).toEqual(canceled);
  expect((await api.ask(cancel, { id })).data.r).toEqual(canceled);

  // Jobs are listed by when they were created.
  api.advance(1);
  const retried = {
    __typename: "Video",
    status: "PROCESSING",
    jobs: { nodes: [{ status: "QUEUED" }, { status: "CANCELED" }] },
  };
  expect((await api.ask(retry, { id, key: "once" })).data.r).toEqual(retried);
  expect((await api.ask(retry, { id, key: "once" })).data.r).toEqual(retried);
});

test("a video of another workspace can be neither canceled nor retried", async () => {
  const { id } = await create(`{ url: "${address}" }`);
  for (const mutation of [cancel, retry]) {
    const { data } = await api.ask(mutation, { id }, api.theirs.write);
    expect(data.r).toEqual({ __typename: "NotFoundError", code: "VIDEO_NOT_FOUND" });
  }
});

test("a video returns the complete profile with which it is rendered", async () => {
  const { id } = await create(`{ url: "${address}" }`);
  const { data } = await api.ask("query ($id: ID!) { video(id: $id) { profile { name isDefault } } }", {
    id,
  });
  expect(data.video.profile).toEqual({ name: "default", isDefault: true });
});

test("the main job of a video is its render, whatever was requested later", async () => {
  const { id } = await create(`{ url: "${address}" }`);
  api.advance(1);
  const fields = "mainJob { id kind } jobs { nodes { id kind status dependsOn { id kind } } }";
  const { data, errors } = await api.ask(
    `mutation ($id: ID!) { r: requestPreview(input: { videoId: $id }) { __typename ... on Video { ${fields} } ... on Error { code } } }`,
    { id },
  );
  expect(errors).toBeUndefined();
  const [preview, render] = data.r.jobs.nodes;
  expect(preview).toMatchObject({ kind: "PREVIEW", status: "PENDING", dependsOn: { id: render.id } });
  expect(data.r.mainJob).toEqual({ id: render.id, kind: "TRANSCODE" });
});
