import { createClient } from "graphql-ws";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeGlobalId } from "../src/inputs/global-id.ts";
import { seedVideo } from "./testing/seed.ts";
import { createTestApi, type TestApi } from "./testing/test-api.ts";

let api: TestApi;
let ids: string[];
let keys: string[];
beforeAll(async () => {
  api = await createTestApi();
  keys = [];
  for (const externalId of ["a", "b", "c"]) {
    keys.push((await seedVideo(api.db, api.ours.id, { externalId })).id);
  }
  ids = keys.map((key) => encodeGlobalId("Video", key));
});
afterAll(() => api[Symbol.asyncDispose]());

function watch(variables: Record<string, unknown>, apiKey = api.ours.read) {
  const client = createClient({ url: api.webSocket, connectionParams: { apiKey } });
  const query = `subscription ($ids: [ID!], $filter: VideoFilter) {
    videosProgress(ids: $ids, filter: $filter) { id externalId progress cursor } }`;
  const stream = client.iterate<{ videosProgress: { id: string; externalId: string } }>({ query, variables });
  return {
    next: async () => (await stream.next()).value,
    [Symbol.asyncDispose]: async () => {
      await client.dispose();
    },
  };
}

const shownBy = async (stream: ReturnType<typeof watch>, count: number): Promise<string[]> => {
  const shown: string[] = [];
  while (shown.length < count) shown.push((await stream.next()).data.videosProgress.externalId);
  return shown;
};

test("a subscription yields the current state of every listed video, then each change", async () => {
  await using stream = watch({ ids });
  expect((await shownBy(stream, 3)).sort()).toEqual(["a", "b", "c"]);
  api.live.emit(await api.live.snapshotOf(keys[1] ?? ""));
  expect(await shownBy(stream, 1)).toEqual(["b"]);
});

test("a filter selects the videos that match when the subscription starts", async () => {
  await using stream = watch({ filter: { externalIds: ["a", "c"] } });
  expect((await shownBy(stream, 2)).sort()).toEqual(["a", "c"]);
});

test("unknown ids and those of another workspace are omitted", async () => {
  const foreign = encodeGlobalId("Video", (await seedVideo(api.db, api.theirs.id, { externalId: "x" })).id);
  await using stream = watch({ ids: [foreign, "nonsense", ids[0]] });
  expect(await shownBy(stream, 1)).toEqual(["a"]);
  await expect.poll(() => api.live.watching).toBe(1);
});

test("a browser token watches its own videos by id, and no others", async () => {
  const creation =
    "mutation ($ids: [ID!]!) { r: createViewerToken(input: { videoIds: $ids }) { ... on CreatedViewerToken { token } } }";
  const { data } = await api.ask(creation, { ids: [ids[0], ids[2]] }, api.ours.read);
  {
    await using stream = watch({ ids }, data.r.token);
    expect((await shownBy(stream, 2)).sort()).toEqual([null, null]);
    await expect.poll(() => api.live.watching).toBe(2);
  }
  await using filtered = watch({ filter: {} }, data.r.token);
  expect((await filtered.next()).errors[0].extensions.code).toBe("FORBIDDEN");
});

test("ending the subscription stops watching every video", async () => {
  {
    await using stream = watch({ ids });
    await shownBy(stream, 3);
    await expect.poll(() => api.live.watching).toBe(3);
  }
  await expect.poll(() => api.live.watching).toBe(0);
});

test.each([
  ["neither ids nor filter", {}],
  ["both", { ids: ["x"], filter: {} }],
  ["more than 100 ids", { ids: Array.from({ length: 101 }, (_, index) => `${index}`) }],
])("a subscription is refused with %s", async (_, variables) => {
  await using stream = watch(variables);
  expect((await stream.next()).errors[0].extensions.code).toBe("VIDEO_IDS_INVALID");
});
