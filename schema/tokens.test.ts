/** Tokens for browsers: each does the one thing that it was made for, for as long as it was made for. */
import { readFile } from "node:fs/promises";
import { createClient } from "graphql-ws";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CACHE_MS } from "../src/auth/authenticate.ts";
import { encodeGlobalId } from "../src/inputs/global-id.ts";
import { seedVideo } from "./testing/seed.ts";
import { createTestApi, type TestApi } from "./testing/test-api.ts";

let api: TestApi;
let named: string;
let other: string;
beforeAll(async () => {
  api = await createTestApi({ config: { isDevelopment: false, socketRecheckMs: 50, graceMs: 500 } });
  const ids = await Promise.all([1, 2].map(() => seedVideo(api.db, api.ours.id)));
  [named = "", other = ""] = ids.map(({ id }) => encodeGlobalId("Video", id));
});
afterAll(() => api[Symbol.asyncDispose]());

const missing = encodeGlobalId("Video", "00000000-0000-7000-8000-000000000000");

async function uploadToken(input: object = {}, key = api.ours.write) {
  const { data } = await api.ask(
    `mutation ($input: CreateUploadTokenInput!) { createUploadToken(input: $input) {
      ... on CreatedUploadToken { id token expiresAt } ... on Error { code message } ... on InvalidInputError { field } } }`,
    { input },
    key,
  );
  return data.createUploadToken;
}

async function viewerToken(videoIds: string[], more: object = {}, key = api.ours.read) {
  const { data } = await api.ask(
    `mutation ($input: CreateViewerTokenInput!) { createViewerToken(input: $input) {
      ... on CreatedViewerToken { id token } ... on Error { code message } } }`,
    { input: { videoIds, ...more } },
    key,
  );
  return data.createViewerToken;
}

const create = `mutation ($input: CreateVideoInput!) { createVideo(input: $input) { __typename
  ... on Video { id title externalId metadata status upload { url } } ... on Error { code message } ... on InvalidInputError { field } } }`;
const source = { upload: { filename: "a.mp4", sizeBytes: 1_000 } };
const createVideo = async (token: string, input: object = {}) =>
  (await api.ask(create, { input: { title: "Mine", source, ...input } }, token)).data?.createVideo;

describe("an upload token", () => {
  test("creates at most the permitted number of videos, even from a hundred concurrent requests", async () => {
    const { token } = await uploadToken({ maxVideos: 3 });
    const before = await api.db.video.count();
    const answers = await Promise.all(Array.from({ length: 100 }, () => createVideo(token)));
    expect(answers.filter(({ __typename }) => __typename === "Video")).toHaveLength(3);
    const codes = new Set(answers.flatMap(({ code }) => code ?? []));
    expect([...codes]).toEqual(["UPLOAD_TOKEN_USED_UP"]);
    expect(await api.db.video.count()).toBe(before + 3);
  });

  test("counts a repeat with the same idempotency key as one use and returns the same video", async () => {
    const { token } = await uploadToken();
    const input = { idempotencyKey: "again" };
    const repeats = await Promise.all([createVideo(token, input), createVideo(token, input)]);
    const third = await createVideo(token, input);
    expect(new Set([...repeats, third].map(({ id }) => id)).size).toBe(1);
    expect(await createVideo(token, { idempotencyKey: "another" })).toMatchObject({
      code: "UPLOAD_TOKEN_USED_UP",
    });
  });

  test("does not share idempotency keys with the workspace or other tokens", async () => {
    const input = { idempotencyKey: "shared" };
    const [a, b] = [await uploadToken(), await uploadToken()];
    const made = await Promise.all(
      [api.ours.write, a.token, b.token].map((token) => createVideo(token, input)),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(3);
  });

  test("does not count a refused request as a use", async () => {
    const { token } = await uploadToken();
    expect(await createVideo(token, { title: "" })).toMatchObject({ code: "TITLE_INVALID" });
    expect(await createVideo(token)).toMatchObject({ __typename: "Video" });
  });

  test("accepts only uploads within its size limit, and no settings of the caller", async () => {
    const { token } = await uploadToken({ maxVideos: 10, maxBytes: 2_000 });
    const large = { upload: { filename: "a.mp4", sizeBytes: 2_001 } };
    expect(await createVideo(token, { source: large })).toMatchObject({ code: "UPLOAD_TOO_LARGE" });
    for (const [field, input] of Object.entries({
      "source.url": { source: { url: { url: "https://example.com/a.mp4" } } },
      profile: { profile: "default" },
      priority: { priority: "INTERACTIVE" },
      externalId: { externalId: "theirs" },
    })) {
      expect(await createVideo(token, input)).toMatchObject({ code: "NOT_WITH_UPLOAD_TOKEN", field });
    }
  });

  test("applies its fixed values to its videos without showing them to its holder", async () => {
    const input = { title: "Fixed", externalId: "cms-1", metadata: { user: 7 }, priority: "BULK" };
    const { token } = await uploadToken(input);
    const made = await createVideo(token, { metadata: { user: 8, note: "hi" } });
    expect(made).toMatchObject({ title: "Fixed", externalId: null, metadata: {}, status: "AWAITING_SOURCE" });
    expect(made.upload.url).toMatch(/^http/);
    const { data } = await api.ask(
      "query ($id: ID!) { video(id: $id) { title externalId metadata jobs { nodes { priority } } } }",
      { id: made.id },
    );
    expect(data.video).toEqual({
      title: "Fixed",
      externalId: "cms-1",
      metadata: { user: 7, note: "hi" },
      jobs: { nodes: [{ priority: "BULK" }] },
    });
  });

  test("reads its own videos, and treats others as missing", async () => {
    const { token } = await uploadToken();
    const { id } = await createVideo(token);
    const status = "query ($id: ID!) { video(id: $id) { id status progress upload { url } } }";
    const own = await api.ask(status, { id }, token);
    expect(own.data.video).toMatchObject({
      id,
      status: "AWAITING_SOURCE",
      upload: { url: expect.any(String) },
    });
    const foreign = await Promise.all(
      [named, missing, "x"].map((each) => api.ask(status, { id: each }, token)),
    );
    expect(foreign.map(({ data, errors }) => [data, errors])).toEqual(
      Array.from({ length: 3 }, () => [{ video: null }, undefined]),
    );
    const complete =
      "mutation ($id: ID!) { completeUpload(input: { videoId: $id }) { ... on Error { code message } } }";
    const [a, b] = await Promise.all([named, missing].map((each) => api.ask(complete, { id: each }, token)));
    expect(a?.data).toEqual(b?.data);
    expect(a?.data.completeUpload.code).toBe("VIDEO_NOT_FOUND");
  });

  test("reports a used-up quota without figures", async () => {
    const { token } = await uploadToken();
    await api.db.workspace.update({ where: { id: api.ours.id }, data: { maxActiveJobs: 0 } });
    const { data } = await api.ask(
      create.replace("code message }", "code message } ... on QuotaExceededError { quota limit used }"),
      { input: { title: "Mine", source } },
      token,
    );
    await api.db.workspace.update({ where: { id: api.ours.id }, data: { maxActiveJobs: null } });
    expect(data.createVideo).toMatchObject({
      code: "QUOTA_EXCEEDED",
      quota: "ACTIVE_JOBS",
      limit: 0,
      used: 0,
    });
    expect(data.createVideo.message).not.toMatch(/\d/);
  });

  test("is refused when its input is invalid", async () => {
    expect(await uploadToken({}, api.ours.read)).toMatchObject({ code: "FORBIDDEN" });
    for (const [field, input] of Object.entries({
      maxVideos: { maxVideos: 0 },
      maxBytes: { maxBytes: 10 * 1024 ** 3 + 1 },
      expiresInSeconds: { expiresInSeconds: 604_801 },
      profile: { profile: "none" },
      externalId: { maxVideos: 2, externalId: "a" },
    })) {
      expect(await uploadToken(input)).toMatchObject({ field });
    }
  });
});

describe("a viewer token", () => {
  /** What `client.watch` asks for. */
  const clientDocuments = async () =>
    (await readFile(new URL("../packages/client/documents/videos.graphql", import.meta.url), "utf8")).split(
      /^(?=query|subscription)/m,
    );

  test("reads what the client's `watch` selects, without the workspace's private fields", async () => {
    await api.db.video.updateMany({ data: { metadata: { secret: 1 } } });
    const [fragments = "", query = ""] = await clientDocuments();
    const { token } = await viewerToken([named]);
    const { data, errors } = await api.ask(fragments + query, { id: named }, token);
    expect(errors).toBeUndefined();
    expect(data.video).toMatchObject({
      id: named,
      status: "PLAYABLE",
      externalId: null,
      metadata: {},
      upload: null,
      variants: [{ name: "100p" }, { name: "200p", fraction: 0.5 }, { name: "400p" }],
    });
  });

  test("treats every video that it does not name as missing", async () => {
    const { token } = await viewerToken([named]);
    const theirs = encodeGlobalId("Video", (await seedVideo(api.db, api.theirs.id)).id);
    const answers = await Promise.all(
      [other, missing, theirs, "garbage"].map(async (id) => [
        await api.ask("query ($id: ID!) { video(id: $id) { id } }", { id }, token),
        (await firstOf(id, token)).replaceAll(id, "…"),
      ]),
    );
    expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(answers[0]).toMatchObject([{ data: { video: null } }, expect.stringContaining("NOT_FOUND")]);
  });

  test.each([
    "{ video(id: $id) { jobs { nodes { id } } } }",
    "{ video(id: $id) { source { url } } }",
    "{ video(id: $id) { variants { provenance { device } } } }",
    "{ video(id: $id) { error { logTail } } }",
    "{ video(id: $id) { ...f } } fragment f on Video { variants { error { attempt { workerId } } } }",
    "{ video(id: $id) { ... on Node { ... on Video { captions { id } } } } }",
    "{ __schema { types { name } } video(id: $id) { id } }",
    '{ __type(name: "Video") { name } video(id: $id) { id } }',
    "{ node(id: $id) { id } }",
  ])("cannot select %s", async (selection) => {
    const { token } = await viewerToken([named]);
    const { errors, data } = await api.ask(`query ($id: ID!) ${selection}`, { id: named }, token);
    expect(errors).toMatchObject([{ extensions: { code: "FORBIDDEN" } }]);
    expect(data).toBeUndefined();
    // A document that a key has asked for is no less closed to a token, and the other way round.
    const byKey = await api.ask(`query ($id: ID!) ${selection}`, { id: named }, api.ours.read);
    expect(byKey.errors).toBeUndefined();
    expect((await api.ask(`query ($id: ID!) ${selection}`, { id: named }, token)).errors).toHaveLength(1);
  });

  test("omits URLs from a failure's message", async () => {
    await api.db.video.updateMany({
      where: { title: "A film" },
      data: {
        error: {
          code: "SOURCE_UNREACHABLE",
          message: "GET https://me:pw@cdn.example/a.mp4: 404.",
          scope: "INPUT",
          retriable: true,
        },
      },
    });
    const { token } = await viewerToken([named]);
    const { data } = await api.ask(
      "query ($id: ID!) { video(id: $id) { error { message } } }",
      { id: named },
      token,
    );
    expect(data.video.error.message).toBe("GET (address) 404.");
  });

  test("names only videos of the workspace", async () => {
    expect(await viewerToken([named, missing])).toMatchObject({ code: "VIDEO_NOT_FOUND" });
    expect(await viewerToken([])).toMatchObject({ code: "VIDEO_IDS_INVALID" });
    expect(await viewerToken([named], {}, api.theirs.read)).toMatchObject({ code: "VIDEO_NOT_FOUND" });
  });

  test("can subscribe over server-sent events, and its expiry ends the stream", async () => {
    const { token } = await viewerToken([named], { expiresInSeconds: 1 });
    const text = await streamOf(named, token);
    expect(text).toContain('"status":"PLAYABLE"');
  });

  test("can subscribe over WebSocket, which is closed with 4403 when it expires", async () => {
    const { token } = await viewerToken([named], { expiresInSeconds: 1 });
    const closed = Promise.withResolvers<unknown>();
    const client = createClient({
      url: api.webSocket,
      connectionParams: { Authorization: `Bearer ${token}` },
      retryAttempts: 0,
      on: { closed: closed.resolve },
    });
    const states = client.iterate({ query: progress, variables: { id: named } });
    expect((await states.next()).value?.data).toEqual({ videoProgress: { status: "PLAYABLE" } });
    const refused = client.iterate({ query: "{ viewer { scopes } }" }).next();
    await expect(refused).rejects.toMatchObject([{ extensions: { code: "FORBIDDEN" } }]);
    expect(await closed.promise).toMatchObject({ code: 4403 });
    await client.dispose();
  });
});

const progress = "subscription ($id: ID!) { videoProgress(id: $id) { status } }";

async function stream(id: string, token: string): Promise<Response> {
  return await fetch(api.graphql, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream",
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify({ query: progress, variables: { id } }),
  });
}

/** Resolves when the server ends it. */
const streamOf = async (id: string, token: string) => (await stream(id, token)).text();
const firstOf = streamOf;

describe("the token lists", () => {
  const lists = `{
    uploadTokens(first: 2) { totalCount nodes { id maxVideos madeVideos maxBytes profile title externalId isLive revokedAt } }
    viewerTokens(first: 2) { totalCount nodes { id videoIds isLive } pageInfo { hasNextPage endCursor } } }`;
  const listed = async (key: string) => (await api.ask(lists, {}, key)).data;

  test("show each token's permissions and number of uses, newest first, and none of another workspace", async () => {
    api.advance(1);
    const upload = await uploadToken({ maxVideos: 2, maxBytes: 5_000, title: "Theirs" });
    await createVideo(upload.token);
    const first = await viewerToken([named]);
    api.advance(1);
    const second = await viewerToken([named, other]);
    const before = await listed(api.ours.write);
    expect(before.uploadTokens.nodes[0]).toEqual({
      ...{ id: upload.id, maxVideos: 2, madeVideos: 1, maxBytes: 5_000, title: "Theirs" },
      ...{ profile: null, externalId: null, isLive: true, revokedAt: null },
    });
    expect(before.viewerTokens.nodes).toEqual([
      { id: second.id, videoIds: [named, other], isLive: true },
      { id: first.id, videoIds: [named], isLive: true },
    ]);
    expect(JSON.stringify(before)).not.toContain(upload.token);
    const after = await api.ask(
      "query ($after: String) { viewerTokens(after: $after) { nodes { id } } }",
      { after: before.viewerTokens.pageInfo.endCursor },
      api.ours.read,
    );
    expect(after.data.viewerTokens.nodes).toHaveLength(before.viewerTokens.totalCount - 2);

    await api.ask("mutation ($id: ID!) { revokeUploadToken(input: { id: $id }) { __typename } }", {
      id: upload.id,
    });
    const { uploadTokens } = await listed(api.ours.write);
    expect(uploadTokens.nodes[0]).toMatchObject({ isLive: false, revokedAt: expect.any(String) });
    const none = { totalCount: 0, nodes: [] };
    expect(await listed(api.theirs.write)).toMatchObject({ uploadTokens: none, viewerTokens: none });
  });

  test("a token can be read by its id with a key that may list it", async () => {
    const { id } = await uploadToken({}, api.ours.write);
    const node = "query ($id: ID!) { node(id: $id) { id } }";
    const seen = async (key: string) => (await api.ask(node, { id }, key)).data.node;
    expect(await seen(api.ours.write)).toEqual({ id });
    expect([await seen(api.ours.read), await seen(api.theirs.admin)]).toEqual([null, null]);
  });
});

describe("every token", () => {
  const status = "query ($id: ID!) { video(id: $id) { id } }";

  test("ends when it expires, when it is revoked, and with the key that created it", async () => {
    const { data: created } = await api.ask(
      'mutation { createApiKey(input: { name: "app", scopes: [WRITE] }) { ... on CreatedApiKey { secret apiKey { id } } } }',
      {},
      api.ours.admin,
    );
    const { secret, apiKey } = created.createApiKey;
    const tokens = {
      revoked: await viewerToken([named], {}, secret),
      ofKey: await viewerToken([named], {}, secret),
      uploadOfKey: await uploadToken({}, secret),
      ofOther: await viewerToken([named]),
    };
    const asked = async () =>
      Promise.all(
        Object.values(tokens).map(async ({ token }) => (await api.ask(status, { id: named }, token)).status),
      );
    expect(await asked()).toEqual([200, 200, 200, 200]);

    const revoke =
      "mutation ($id: ID!) { revokeViewerToken(input: { id: $id }) { __typename ... on Error { code } } }";
    const { id } = tokens.revoked;
    const theirs = await api.ask(revoke, { id }, api.theirs.read);
    expect(theirs.data.revokeViewerToken).toMatchObject({ code: "TOKEN_NOT_FOUND" });
    for (const _twice of [1, 2]) {
      const { data } = await api.ask(revoke, { id }, api.ours.read);
      expect(data.revokeViewerToken.__typename).toBe("RevokedToken");
    }
    api.advance(CACHE_MS);
    expect(await asked()).toEqual([401, 200, 200, 200]);

    await api.ask(
      "mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { __typename } }",
      { id: apiKey.id },
      api.ours.admin,
    );
    api.advance(CACHE_MS);
    expect(await asked()).toEqual([401, 401, 401, 200]);
    api.advance(3_600_000);
    expect(await asked()).toEqual([401, 401, 401, 401]);
  });

  test("is stored as a hash", async () => {
    const { token } = await uploadToken();
    const rows = JSON.stringify(await api.db.uploadToken.findMany(), (_, each: unknown) =>
      typeof each === "bigint" ? String(each) : each,
    );
    expect(rows).not.toContain(token);
  });
});
