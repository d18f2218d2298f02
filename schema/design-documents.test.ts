import { createClient } from "graphql-ws";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestApi, type TestApi } from "./testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const createVideo = `mutation CreateVideo($input: CreateVideoInput!) {
  createVideo(input: $input) {
    __typename
    ... on Video { id status upload { url protocol expiresAt } }
    ... on Error { message code }
  }
}`;

const input = {
  title: "A film",
  source: { upload: { filename: "film.mp4", sizeBytes: 5_000_000_000, contentType: "video/mp4" } },
};

test("a new video comes back itself, with the address to upload to", async () => {
  const { data, errors } = await api.ask(createVideo, { input });
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
  const { data, errors } = await api.ask(createVideo, { input: { ...input, title: " " } });
  expect(errors).toBeUndefined();
  expect(data.createVideo).toMatchObject({ __typename: "InvalidInputError", code: "TITLE_INVALID" });
});

test("the subscription gives the video itself, first as it is and then at every change", async () => {
  const { data } = await api.ask(createVideo, { input });
  const id: string = data.createVideo.id;
  const client = createClient({
    url: api.webSocket,
    connectionParams: { Authorization: `Bearer ${api.ours.read}` },
  });
  const watch = client.iterate({
    query: `subscription Watch($id: ID!, $after: String) {
      videoProgress(id: $id, after: $after) {
        id status progress cursor variants { id status fraction fps speed etaMs }
      }
    }`,
    variables: { id },
  });
  const first = await watch.next();
  expect(first.value).toEqual({
    data: { videoProgress: { id, status: "AWAITING_SOURCE", progress: 0, cursor: "r0", variants: [] } },
  });
  await watch.return?.();
  await client.dispose();
});
