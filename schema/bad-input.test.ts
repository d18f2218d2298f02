import { createClient } from "graphql-ws";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { encodeGlobalId } from "../src/inputs/global-id.ts";
import { encodeCursor } from "./paging.ts";
import { seedVideo } from "./testing/seed.ts";
import { createTestApi, type TestApi } from "./testing/test-api.ts";

let api: TestApi;
let ours: Awaited<ReturnType<typeof seedVideo>>;
let theirs: Awaited<ReturnType<typeof seedVideo>>;
beforeAll(async () => {
  api = await createTestApi();
  ours = await seedVideo(api.db, api.ours.id, { externalId: "ours" });
  theirs = await seedVideo(api.db, api.theirs.id, { externalId: "theirs" });
});
afterAll(() => api[Symbol.asyncDispose]());

const codeOf = async (query: string, variables = {}, token?: string) =>
  (await api.ask(query, variables, token)).errors?.map(({ extensions }) => extensions?.["code"]);

describe("an id that matches nothing in the workspace", () => {
  const ids = () => ({
    unknown: encodeGlobalId("Video", "00000000-0000-7000-8000-000000000000"),
    "another workspace's": encodeGlobalId("Video", theirs.id),
    "of another type": encodeGlobalId("Job", ours.jobs[0]?.id ?? ""),
    "not a uuid": encodeGlobalId("Video", "1"),
    "with a NUL": encodeGlobalId("Worker", "\0"),
    "a bare uuid": ours.id,
    garbage: "%%%",
    empty: "",
    long: "x".repeat(10_000),
  });

  test("is null in queries and a typed error in mutation results", async () => {
    for (const [name, id] of Object.entries(ids())) {
      const asked = await api.ask(
        "query ($id: ID!) { video(id: $id) { id } job: node(id: $id) { ... on Video { id } } }",
        { id },
      );
      expect([name, asked.errors, asked.data.video]).toEqual([name, undefined, null]);
      for (const [field, argument] of [
        ["deleteVideo", "id"],
        ["completeUpload", "videoId"],
      ]) {
        const { data } = await api.ask(
          `mutation ($id: ID!) { r: ${field}(input: { ${argument}: $id }) { ... on Error { code message } } }`,
          { id },
        );
        expect([name, data.r]).toEqual([name, { code: "VIDEO_NOT_FOUND", message: expect.any(String) }]);
      }
    }
  });

  test("is a typed error of a subscription before its first value", async () => {
    const client = createClient({ url: api.webSocket, connectionParams: { authorization: api.ours.read } });
    for (const id of Object.values(ids())) {
      const watch = client.iterate({
        query: "subscription ($id: ID!) { videoProgress(id: $id) { id } }",
        variables: { id },
      });
      expect((await watch.next()).value).toMatchObject({
        errors: [{ extensions: { code: "VIDEO_NOT_FOUND" } }],
      });
    }
    await client.dispose();
  });

  test("finds no job, task or attempt of another workspace", async () => {
    const [job] = theirs.jobs;
    const [task] = job?.tasks ?? [];
    const foreign = [
      encodeGlobalId("Video", theirs.id),
      encodeGlobalId("Variant", theirs.variants[0]?.id ?? ""),
      encodeGlobalId("Job", job?.id ?? ""),
      encodeGlobalId("Task", task?.id ?? ""),
      encodeGlobalId("Attempt", task?.attempts[0]?.id ?? ""),
      encodeGlobalId("Workspace", api.theirs.id),
    ];
    const { data } = await api.ask(
      "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
      { ids: foreign },
      api.ours.admin,
    );
    expect(data.nodes).toEqual(foreign.map(() => null));
    const own = await api.ask(
      "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
      { ids: foreign },
      api.theirs.admin,
    );
    expect(own.data.nodes).toEqual(foreign.map((id) => ({ id })));
  });

  test("shows nothing of another workspace in any list", async () => {
    const { data } = await api.ask(
      `query ($id: ID!) {
        videos { totalCount nodes { id } } jobs { totalCount nodes { video { id } } }
        filtered: jobs(filter: { videoId: $id }) { totalCount nodes { id } }
        videoByExternalId(externalId: "theirs") { id } apiKeys { nodes { name } }
      }`,
      { id: encodeGlobalId("Video", theirs.id) },
      api.ours.admin,
    );
    const id = encodeGlobalId("Video", ours.id);
    expect(data.videos).toEqual({ totalCount: 1, nodes: [{ id }] });
    expect(data.jobs).toEqual({ totalCount: 1, nodes: [{ video: { id } }] });
    expect(data.filtered).toEqual({ totalCount: 0, nodes: [] });
    expect(data.videoByExternalId).toBeNull();
    expect(data.apiKeys.nodes).toHaveLength(5);
  });
});

describe("an invalid cursor or one of another list", () => {
  const created = {
    by: "videos.createdAt.desc",
    column: "createdAt",
    type: "date",
    direction: "desc",
  } as const;
  const cursors = () => [
    "garbage",
    "",
    Buffer.from("[]").toString("base64url"),
    encodeCursor({ ...created, by: "videos.title.asc" }, ours),
    encodeCursor(created, { createdAt: "yesterday", id: ours.id }),
    encodeCursor(created, { createdAt: new Date(), id: "1" }),
    encodeCursor(created, { createdAt: "\0", id: ours.id }),
    encodeCursor(created, { createdAt: "-200000-01-01T00:00:00.000Z", id: ours.id }),
    encodeCursor(created, { createdAt: "0000-01-01T00:00:00.000Z", id: ours.id }),
    encodeCursor(created, { createdAt: new Date(), id: "-".repeat(36) }),
  ];

  test("is refused with a code in both paging directions", async () => {
    for (const cursor of cursors()) {
      for (const args of ["first: 1, after: $cursor", "last: 1, before: $cursor"]) {
        const found = await codeOf(`query ($cursor: String) { videos(${args}) { nodes { id } } }`, {
          cursor,
        });
        expect([cursor, found]).toEqual([cursor, ["CURSOR_INVALID"]]);
      }
    }
  });

  test("is refused in a list ordered by text if its id is not a UUID", async () => {
    const byTitle = { by: "videos.title.asc", column: "title", type: "text", direction: "asc" } as const;
    for (const id of ["x", "-".repeat(36), ""]) {
      const cursor = encodeCursor(byTitle, { title: "A", id });
      const query =
        "query ($cursor: String) { videos(after: $cursor, orderBy: { field: TITLE, direction: ASC }) { nodes { id } } }";
      expect(await codeOf(query, { cursor })).toEqual(["CURSOR_INVALID"]);
    }
  });

  test("is also refused in a nested list and in another list", async () => {
    const videoCursor = encodeCursor(created, ours);
    expect(await codeOf(`{ jobs(after: "${videoCursor}") { nodes { id } } }`)).toEqual(["CURSOR_INVALID"]);
    const workers = `{ workers(after: "${videoCursor}") { nodes { id } } }`;
    expect(await codeOf(workers, {}, api.ours.all)).toEqual(["CURSOR_INVALID"]);
    expect(await codeOf(`{ videos { nodes { jobs(before: "x") { nodes { id } } } } }`)).toEqual([
      "CURSOR_INVALID",
    ]);
  });

  test("is refused by a subscription", async () => {
    const client = createClient({ url: api.webSocket, connectionParams: { apiKey: api.ours.read } });
    const watch = client.iterate({
      query: 'subscription ($id: ID!) { videoProgress(id: $id, after: "x") { id } }',
      variables: { id: encodeGlobalId("Video", ours.id) },
    });
    expect((await watch.next()).value).toMatchObject({
      errors: [{ extensions: { code: "CURSOR_INVALID", field: "after" } }],
    });
    await client.dispose();
  });
});

test("a page holds between 0 and 100 entries", async () => {
  expect(await codeOf("{ videos(first: 101) { nodes { id } } }")).toEqual(["PAGE_SIZE_INVALID"]);
  expect(await codeOf("{ videos(last: 101) { nodes { id } } }")).toEqual(["PAGE_SIZE_INVALID"]);
  expect(await codeOf("{ videos(first: -1) { nodes { id } } }")).toEqual(["PAGE_SIZE_INVALID"]);
  expect(await codeOf("{ videos(first: 1, last: 1) { nodes { id } } }")).toEqual(["PAGE_SIZE_INVALID"]);
  const ids = Array.from({ length: 101 }, () => "x");
  expect(await codeOf("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", { ids })).toEqual([
    "PAGE_SIZE_INVALID",
  ]);
  expect(await codeOf("{ videos(first: 0) { nodes { id } } }")).toBeUndefined();
});

test("values of the wrong type are refused as bad input, not reported as internal errors", async () => {
  const create = "mutation ($input: CreateVideoInput!) { createVideo(input: $input) { __typename } }";
  const upload = (sizeBytes: unknown) => ({
    input: { title: "t", source: { upload: { filename: "f", sizeBytes } } },
  });
  for (const sizeBytes of ["12", 1.5, 2 ** 60, null, true]) {
    const answer = await api.ask(create, upload(sizeBytes));
    expect([answer.status, answer.errors?.[0]?.extensions?.["code"]]).toEqual([400, "BAD_USER_INPUT"]);
  }
  const both = { upload: { filename: "f", sizeBytes: 1 }, url: { url: "http://example.com" } };
  expect(await codeOf(create, { input: { title: "t", source: both } })).toEqual(["BAD_USER_INPUT"]);
  expect(await codeOf(create, { input: { title: "t", source: {} } })).toEqual(["BAD_USER_INPUT"]);
  for (const url of [5, {}, { url: 5 }, { url: "http://example.com", file: "x" }, ["http://example.com"]]) {
    expect(await codeOf(create, { input: { title: "t", source: { url } } })).toEqual(["BAD_USER_INPUT"]);
  }
  expect(await codeOf("{ nothing }")).toEqual(["GRAPHQL_VALIDATION_FAILED"]);
  expect(await codeOf("{")).toEqual(["GRAPHQL_PARSE_FAILED"]);
});

test("a search treats % and _ literally and ignores a NUL", async () => {
  await seedVideo(api.db, api.ours.id, { title: "100% _real_" });
  const titles = async (search: string) =>
    (
      await api.ask("query ($search: String) { videos(filter: { search: $search }) { nodes { title } } }", {
        search,
      })
    ).data.videos.nodes.map(({ title }: { title: string }) => title);
  expect(await titles("100% _REAL")).toEqual(["100% _real_"]);
  expect(await titles("%film%")).toEqual([]);
  expect(await titles("_ film")).toEqual([]);
  expect(await titles("a\0 film")).toEqual(["A film"]);
});

test("a date in the year 0 causes no internal error", async () => {
  const since = "query ($at: DateTime) { videos(filter: { createdFrom: $at }) { totalCount } }";
  expect((await api.ask(since, { at: "0000-01-01T00:00:00Z" })).data.videos.totalCount).toBeGreaterThan(0);
});

describe("texts that the database cannot store", () => {
  const hostile = { NUL: "a\0b", "half a character": "\uD800", huge: "x".repeat(900_000), empty: "" };
  const text = "$text: String!";
  const source = '{ url: { url: "https://example.com/a.mp4" } }';
  const mutations: Record<string, string> = {
    title: `mutation (${text}) { r: createVideo(input: { title: $text, source: ${source} }) { ...e } }`,
    externalId: `mutation (${text}) { r: createVideo(input: { title: "a", externalId: $text, source: ${source} }) { ...e } }`,
    profile: `mutation (${text}) { r: createVideo(input: { title: "a", profile: $text, source: ${source} }) { ...e } }`,
    metadata: `mutation (${text}) { r: createVideo(input: { title: "a", metadata: { a: $text }, source: ${source} }) { ...e } }`,
    url: `mutation (${text}) { r: createVideo(input: { title: "a", source: { url: { url: $text } } }) { ...e } }`,
    filename: `mutation (${text}) { r: createVideo(input: { title: "a", source: { upload: { filename: $text, sizeBytes: 1 } } }) { ...e } }`,
    contentType: `mutation (${text}) { r: createVideo(input: { title: "a", source: { upload: { filename: "a", sizeBytes: 1, contentType: $text } } }) { ...e } }`,
    apiKeyName: `mutation (${text}) { r: createApiKey(input: { name: $text, scopes: [READ] }) { ...e } }`,
  };

  test("are typed errors with code, message and field, or are corrected, but never internal errors", async () => {
    for (const [field, mutation] of Object.entries(mutations)) {
      const document = `${mutation} fragment e on Error { code message ... on InvalidInputError { field } }`;
      for (const [name, value] of Object.entries(hostile)) {
        const { data, errors } = await api.ask(document, { text: value }, api.ours.admin);
        expect([field, name, errors]).toEqual([field, name, undefined]);
        if (!data.r.code) continue;
        expect(data.r).toMatchObject({
          code: expect.any(String),
          message: expect.any(String),
          field: expect.any(String),
        });
        expect(data.r.message.length).toBeLessThan(1_000);
      }
    }
  });

  test("match nothing in a job filter", async () => {
    for (const value of Object.values(hostile)) {
      const { data, errors } = await api.ask(
        "query ($code: [String!]) { jobs(filter: { errorCode: $code }) { totalCount } }",
        { code: [value] },
      );
      expect(errors).toBeUndefined();
      expect(data.jobs.totalCount).toBe(0);
    }
  });
});

describe("lists in filters", () => {
  const filters = [
    ["videos", "VideoFilter", "status", "READY"],
    ["videos", "VideoFilter", "externalIds", "ours"],
    ["jobs", "JobFilter", "status", "FAILED"],
    ["jobs", "JobFilter", "priority", "BULK"],
    ["jobs", "JobFilter", "errorCode", "STORE_FULL"],
    ["jobs", "JobFilter", "errorScope", "WORKER"],
  ] as const;

  test.each(filters)(
    "%s accept at most 100 values of %s.%s and refuse 60,000 with LIST_TOO_LONG",
    async (list, type, field, value) => {
      const document = `query ($filter: ${type}) { ${list}(filter: $filter) { nodes { id } } }`;
      const filterOf = (length: number) => ({ filter: { [field]: Array.from({ length }, () => value) } });
      expect(await codeOf(document, filterOf(100))).toBeUndefined();
      expect(await codeOf(document, filterOf(101))).toEqual(["LIST_TOO_LONG"]);
      expect(await codeOf(document, filterOf(60_000))).toEqual(["LIST_TOO_LONG"]);
    },
  );

  test("are also limited in mutations and in the event log", async () => {
    const many = Array.from({ length: 101 }, (_, index) => `CODE_${index}`);
    const { data } = await api.ask(
      "mutation ($input: RetryJobsInput!) { retryJobs(input: $input) { ... on InvalidInputError { code field } } }",
      { input: { filter: { errorCode: many } } },
    );
    expect(data.retryJobs).toEqual({ code: "LIST_TOO_LONG", field: "filter.errorCode" });
    const changes = "query ($types: [String!]) { changes(types: $types) { cursor } }";
    expect(await codeOf(changes, { types: Array.from({ length: 60_000 }, () => "video.ready") })).toEqual([
      "EVENT_TYPE_INVALID",
    ]);
  });

  test("are complemented by a length limit for searches", async () => {
    const document = "query ($search: String) { videos(filter: { search: $search }) { nodes { id } } }";
    expect(await codeOf(document, { search: "%".repeat(500) })).toBeUndefined();
    expect(await codeOf(document, { search: "%".repeat(501) })).toEqual(["SEARCH_TOO_LONG"]);
  });
});

describe("metadata has at most 32 levels", () => {
  const nested = (levels: number): string => `${'{"a":'.repeat(levels - 1)}{}${"}".repeat(levels - 1)}`;
  const document =
    "mutation ($input: CreateVideoInput!) { createVideo(input: $input) { __typename ... on Error { code } } }";
  /** As text: what builds such a request must not recurse either. */
  const create = async (metadata: string) => {
    const input = `{"title":"x","source":{"url":{"url":"http://example.com/a.mp4"}},"metadata":${metadata}}`;
    const response = await fetch(api.graphql, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${api.ours.write}` },
      body: `{"query":${JSON.stringify(document)},"variables":{"input":${input}}}`,
    });
    return ((await response.json()) as { data: { createVideo: unknown } }).data.createVideo;
  };

  test("deeper metadata is a typed error, however deep it is", async () => {
    expect(await create(nested(32))).toEqual({ __typename: "Video" });
    const refusal = { __typename: "InvalidInputError", code: "METADATA_INVALID" };
    for (const levels of [33, 30_000, 150_000]) expect(await create(nested(levels))).toEqual(refusal);
    expect(await create(`{"a":${"[".repeat(400_000)}${"]".repeat(400_000)}}`)).toEqual(refusal);
  });

  test("a subscription with a deep variable that its document does not declare is served", async () => {
    const socket = new WebSocket(api.webSocket, "graphql-transport-ws");
    const messages: string[] = [];
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("message", (data) => {
      messages.push((data as Buffer).toString());
      if (messages.length > 1) socket.close(1000);
    });
    await new Promise((resolve) => socket.once("open", resolve));
    socket.send(JSON.stringify({ type: "connection_init", payload: { apiKey: api.ours.read } }));
    await expect.poll(() => messages.length).toBe(1);
    const query = JSON.stringify("subscription ($id: ID!) { videoProgress(id: $id) { id } }");
    const id = encodeGlobalId("Video", ours.id);
    socket.send(
      `{"id":"1","type":"subscribe","payload":{"query":${query},"variables":{"id":"${id}","deep":${nested(30_000)}}}}`,
    );
    expect(await closed).toBe(1000);
    expect(messages[1]).toContain(id);
  });
});
