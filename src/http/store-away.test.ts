/**
 * A store that is away, as clients see it: a real server and a real database; the store's port alone is a
 * double.
 */
import { StoreUnavailableError } from "@reelay/object-store";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { seedVideo } from "../../schema/testing/seed.ts";
import { createTestApi, type TestApi } from "../../schema/testing/test-api.ts";
import { encodeGlobalId } from "../inputs/global-id.ts";

const document = `mutation ($id: ID!, $title: String!) { updateVideo(input: { id: $id, playbackPolicy: SIGNED, title: $title }) {
  __typename ... on Video { playbackPolicy } } }`;

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());
afterEach(() => vi.restoreAllMocks());

test("a mutation fails without effect while the store is unavailable, returns a retry time, and later succeeds", async () => {
  const { id: videoId } = await seedVideo(api.db, api.ours.id);
  const send = () =>
    fetch(api.graphql, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${api.ours.write}` },
      body: JSON.stringify({
        query: document,
        variables: { id: encodeGlobalId("Video", videoId), title: "x" },
      }),
    });
  const away = new StoreUnavailableError("Cloud Storage did not write secret-detail", {
    retryAfterMs: null,
    cause: new Error("503"),
  });
  const put = vi.spyOn(api.store, "put").mockRejectedValue(away);
  const refused = await send();
  const { errors } = (await refused.json()) as { errors: { message: string; extensions: object }[] };
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "2"]);
  expect(errors).toMatchObject([
    {
      message: "The object store is unavailable or busy; try again in a few seconds.",
      extensions: { code: "SERVICE_UNAVAILABLE", retryAfterMs: 2_000, errorId: expect.any(String) },
    },
  ]);
  expect(api.logged).toContainEqual(
    expect.objectContaining({
      msg: "graphql.outage",
      err: expect.objectContaining({ code: "STORE_UNAVAILABLE" }),
    }),
  );
  expect(await api.db.video.findUnique({ where: { id: videoId } })).toMatchObject({
    playbackPolicy: "PUBLIC",
    title: "A film",
  });
  put.mockRestore();
  const { data } = (await (await send()).json()) as { data: unknown };
  expect(data).toEqual({ updateVideo: { __typename: "Video", playbackPolicy: "SIGNED" } });
});
