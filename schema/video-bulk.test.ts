import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeGlobalId, keyOf } from "../src/inputs/global-id.ts";
import { createTestApi, type TestApi } from "./testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const creation = `mutation ($input: CreateVideoInput!) {
  r: createVideo(input: $input) { ... on Video { id tags } ... on InvalidInputError { code field } } }`;

async function create(input: object = {}, token?: string) {
  const source = { url: "https://example.com/a.mp4" };
  const { data, errors } = await api.ask(creation, { input: { title: "a", source, ...input } }, token);
  expect(errors).toBeUndefined();
  // Lists are ordered by the moment of creation.
  api.advance(1);
  return data.r;
}

const createId = async (...args: Parameters<typeof create>): Promise<string> => (await create(...args)).id;

async function change(field: string, input: object, token?: string) {
  const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { r: ${field}(input: $input) { __typename
    ... on VideoOutcomes { failedCount hasMore endCursor
      outcomes { id video { tags status } error { __typename code } } }
    ... on Error { code } } }`;
  const { data, errors } = await api.ask(query, { input }, token);
  expect(errors).toBeUndefined();
  return data.r;
}

async function titled(filter: object) {
  const { data, errors } = await api.ask(
    "query ($filter: VideoFilter) { videos(filter: $filter) { totalCount nodes { title } } }",
    { filter },
  );
  if (errors) return errors[0]?.extensions?.["code"];
  expect(data.videos.totalCount).toBe(data.videos.nodes.length);
  return data.videos.nodes.map(({ title }: { title: string }) => title).sort();
}

const eventsOf = async (id: string) =>
  (await api.db.event.findMany({ where: { videoId: keyOf("Video", id) ?? "" }, orderBy: { id: "asc" } })).map(
    ({ type, data }) => [type, data],
  );

const gone = encodeGlobalId("Video", "00000000-0000-7000-8000-000000000000");
const notFound = { __typename: "NotFoundError", code: "VIDEO_NOT_FOUND" };

test("tags are trimmed, normalized and deduplicated; a video has at most 50 tags of 100 characters", async () => {
  const { tags } = await create({
    tags: [" summer  2026 ", "summer 2026", "Cafe\u0301", "Caf\u00e9", "Summer 2026"],
  });
  expect(tags).toEqual(["summer 2026", "Caf\u00e9", "Summer 2026"]);
  const refused = { code: "TAGS_INVALID", field: "tags" };
  expect(await create({ tags: ["x".repeat(101)] })).toEqual(refused);
  expect(await create({ tags: [" "] })).toEqual(refused);
  expect(await create({ tags: ["\0"] })).toEqual(refused);
  expect(await create({ tags: Array.from({ length: 51 }, (_, index) => `${index}`) })).toEqual(refused);
});

test("updateVideo replaces the tags, null removes them, and an omitted field keeps them", async () => {
  const id = await createId({ tags: ["a", "b"] });
  const update = `mutation ($input: UpdateVideoInput!) { r: updateVideo(input: $input) { ... on Video { tags } } }`;
  const tagsAfter = async (input: object) => (await api.ask(update, { input: { id, ...input } })).data.r.tags;
  expect(await tagsAfter({ title: "b" })).toEqual(["a", "b"]);
  expect(await tagsAfter({ tags: ["c"] })).toEqual(["c"]);
  expect(await tagsAfter({ tags: null })).toEqual([]);
});

test("tags are added to and removed from many videos; a missing one does not affect the rest", async () => {
  const ids = [await createId({ tags: ["draft", "film"] }), gone, await createId(), "nonsense"];
  const input = { ids: [...ids, ...ids], add: [" season ", "film"], remove: ["draft"] };
  const expected = {
    __typename: "VideoOutcomes",
    failedCount: 2,
    hasMore: false,
    endCursor: null,
    outcomes: [
      { id: ids[0], video: { tags: ["film", "season"], status: "PROCESSING" }, error: null },
      { id: gone, video: null, error: notFound },
      { id: ids[2], video: { tags: ["season", "film"], status: "PROCESSING" }, error: null },
      { id: "nonsense", video: null, error: notFound },
    ],
  };
  expect(await change("tagVideos", input)).toEqual(expected);
  expect(await change("tagVideos", input)).toEqual(expected);
});

test("a bulk change records the same events as single changes, and none where nothing changed", async () => {
  const [tagged, deleted] = [await createId({ title: "known", metadata: { a: 1 } }), await createId()];
  await change("tagVideos", { ids: [tagged], add: ["x"] });
  await change("tagVideos", { ids: [tagged], add: ["x"], remove: ["y"] });
  expect((await eventsOf(tagged)).slice(2)).toEqual([["video.updated", { fields: ["tags"] }]]);
  await change("deleteVideos", { ids: [tagged, deleted] });
  expect((await eventsOf(tagged)).at(-1)).toEqual([
    "video.deleted",
    { externalId: null, title: "known", metadata: { a: 1 } },
  ]);
  expect((await eventsOf(deleted)).at(-1)?.[0]).toBe("video.deleted");
});

test("a video that would exceed its maximum number of tags is not changed", async () => {
  const full = Array.from({ length: 50 }, (_, index) => `${index}`);
  const id = await createId({ tags: full });
  const { outcomes } = await change("tagVideos", { ids: [id], add: ["one more"] });
  expect(outcomes[0].error).toEqual({ __typename: "InvalidInputError", code: "TAGS_INVALID" });
  expect(outcomes[0].video.tags).toEqual(full);
  expect((await change("tagVideos", { ids: [id], add: ["one more"], remove: ["0"] })).failedCount).toBe(0);
});

test("videos can be filtered by tags and by the contents of their metadata", async () => {
  await create({ title: "one", tags: ["x", "y"], metadata: { author: "Ada", size: { w: 1 } } });
  await create({ title: "two", tags: ["x"], metadata: { author: "Ada" } });
  await create({ title: "foreign", tags: ["x"], metadata: { author: "Ada" } }, api.theirs.write);
  expect(await titled({ tags: { all: ["x"] } })).toEqual(["one", "two"]);
  expect(await titled({ tags: { all: [" x ", "y"] } })).toEqual(["one"]);
  expect(await titled({ tags: { any: ["y", "z"] } })).toEqual(["one"]);
  expect(await titled({ tags: { all: ["x"], any: ["z"] } })).toEqual([]);
  expect(await titled({ tags: { all: ["\0"] } })).toEqual([]);
  expect(await titled({ tags: { any: ["\0", "y"] } })).toEqual(["one"]);
  expect(await titled({ tags: { any: [] } })).toEqual([]);
  expect(await titled({ metadata: { author: "Ada" } })).toEqual(["one", "two"]);
  expect(await titled({ metadata: { size: { w: 1 } }, tags: { all: ["x"] } })).toEqual(["one"]);
  expect(await titled({ metadata: { author: "Bob" } })).toEqual([]);
  expect(await titled({ metadata: [1] })).toBe("METADATA_INVALID");
  expect(await titled({ tags: { all: Array.from({ length: 101 }, String) } })).toBe("LIST_TOO_LONG");
});

test("many videos can be deleted at once; a repeat finds none of them", async () => {
  const ids = [await createId(), await createId()];
  const deleted = ids.map((id) => ({ id, video: null, error: null }));
  expect(await change("deleteVideos", { ids: [...ids, ...ids] })).toMatchObject({ outcomes: deleted });
  expect(await change("deleteVideos", { ids })).toMatchObject({ failedCount: 2 });
});

test("a filter is processed page by page, even if its videos disappear meanwhile", async () => {
  const ids = [];
  for (let count = 0; count < 5; count++) ids.unshift(await createId({ tags: ["to delete"] }));
  const filter = { tags: { all: ["to delete"] } };
  const deleted: string[] = [];
  let after: string | null = null;
  for (let hasMore = true; hasMore; ) {
    const page = await change("deleteVideos", { filter, first: 2, after });
    deleted.push(...page.outcomes.map(({ id }: { id: string }) => id));
    ({ hasMore, endCursor: after } = page);
  }
  expect(deleted).toEqual(ids);
  expect(await change("deleteVideos", { filter })).toMatchObject({ outcomes: [], endCursor: null });
});

const cancel = "mutation ($id: ID!) { cancelVideo(input: { id: $id }) { __typename } }";

test("many videos can be retried at once: by default the failed ones, and once per idempotency key", async () => {
  const ids = [await createId({ tags: ["retry"] }), await createId({ tags: ["retry"] })];
  const busy = { __typename: "ConflictError", code: "JOB_NOT_ENDED" };
  const early = await change("retryVideos", { ids: [...ids, gone] });
  expect(early.outcomes.map(({ error }: { error: object }) => error)).toEqual([busy, busy, notFound]);
  for (const id of ids) await api.ask(cancel, { id });
  const byFilter = { filter: { tags: { all: ["retry"] } }, idempotencyKey: "k" };
  const retried = await change("retryVideos", byFilter);
  expect(retried).toMatchObject({
    failedCount: 0,
    outcomes: ids.toReversed().map((id) => ({ id, video: { status: "PROCESSING" }, error: null })),
  });
  expect(await change("retryVideos", byFilter)).toMatchObject({ outcomes: [] });
  expect(await change("retryVideos", { ids, idempotencyKey: "k" })).toMatchObject({ failedCount: 0 });
  const jobs = await api.db.job.count({
    where: { videoId: { in: ids.map((id) => keyOf("Video", id) ?? "") } },
  });
  expect(jobs).toBe(4);
});

test("another workspace's videos cannot be changed", async () => {
  const id = await createId({ tags: ["kept"] });
  for (const mutation of ["deleteVideos", "retryVideos", "tagVideos"]) {
    const foreign = await change(mutation, { ids: [id] }, api.theirs.write);
    expect(foreign.outcomes).toEqual([{ id, video: null, error: notFound }]);
    const byFilter = { filter: { tags: { all: ["kept"] }, status: ["PROCESSING"] } };
    expect(await change(mutation, byFilter, api.theirs.write)).toMatchObject({ outcomes: [] });
  }
});

test.each([
  ["neither ids nor filter", {}, "VIDEO_IDS_INVALID"],
  ["both", { ids: [gone], filter: { search: "a" } }, "VIDEO_IDS_INVALID"],
  ["more than 100 ids", { ids: Array.from({ length: 101 }, String) }, "VIDEO_IDS_INVALID"],
  ["a filter that matches everything", { filter: {} }, "FILTER_EMPTY"],
  [
    "a filter whose conditions are empty",
    { filter: { tags: { all: [] }, metadata: {}, search: "" } },
    "FILTER_EMPTY",
  ],
  ["too large a page", { filter: { search: "a" }, first: 101 }, "PAGE_SIZE_INVALID"],
  ["an invalid cursor", { filter: { search: "a" }, after: "x" }, "CURSOR_INVALID"],
])("a request is refused with %s", async (_, input, code) => {
  expect(await change("deleteVideos", input)).toMatchObject({ __typename: "InvalidInputError", code });
});

test("the videos of all outcomes are read in one query", async () => {
  const ids = [await createId(), await createId(), await createId()];
  const select = () =>
    api.queries.filter((query) => /^SELECT .*"title".* FROM "public"."videos"/.test(query)).length;
  const before = select();
  const { data } = await api.ask(
    "mutation ($ids: [ID!]) { tagVideos(input: { ids: $ids }) { ... on VideoOutcomes { outcomes { video { title } } } } }",
    { ids },
  );
  expect(data.tagVideos.outcomes).toHaveLength(3);
  expect(select() - before).toBe(1);
});

/** The plan of the query that this filter becomes, with the values that it was sent with. */
async function planOf(filter: object, pattern: RegExp): Promise<string> {
  const before = api.sent.length;
  await api.ask("query ($filter: VideoFilter) { videos(filter: $filter) { nodes { title } } }", { filter });
  const sent = api.sent.slice(before).find(({ query }) => pattern.test(query));
  const values = JSON.parse(sent?.params ?? "[]") as unknown[];
  const rows = await api.db.$queryRawUnsafe<object[]>(`EXPLAIN ${sent?.query}`, ...values);
  return rows.flatMap(Object.values).join("\n");
}

test("tag and metadata filters use their indexes", async () => {
  await api.db.$executeRaw`
    INSERT INTO videos (id, workspace_id, title, profile, tags, metadata)
    SELECT gen_random_uuid(), ${api.ours.id}::uuid, 'n' || n, 'default', ARRAY['tag ' || n], jsonb_build_object('number', n)
    FROM generate_series(1, 5000) n`;
  await api.db.$executeRaw`ANALYZE videos`;
  const list = /FROM "public"."videos"/;
  expect(await planOf({ tags: { all: ["tag 7"] } }, list)).toContain("Bitmap Index Scan on videos_tags_idx");
  expect(await planOf({ tags: { any: ["tag 7", "tag 8"] } }, list)).toContain(
    "Bitmap Index Scan on videos_tags_idx",
  );
  expect(await planOf({ metadata: { number: 7 } }, /metadata @>/)).toContain(
    "Bitmap Index Scan on videos_metadata_idx",
  );
});
