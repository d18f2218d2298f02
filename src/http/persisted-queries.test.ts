import { createHash } from "node:crypto";
import { createClient } from "graphql-ws";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestApi, type TestApi } from "../../schema/testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const query = "query Mine($first: Int) { videos(first: $first) { totalCount } }";
const hash = createHash("sha256").update(query).digest("hex");

async function send(body: object, token: string | null = api.ours.read) {
  const response = await fetch(api.graphql, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  const { data, errors } = (await response.json()) as {
    data?: unknown;
    errors?: { message: string; extensions: { code: string } }[];
  };
  return data ?? errors?.map(({ message, extensions }) => [extensions.code, message]);
}
const extensions = (sha256Hash: string) => ({ persistedQuery: { version: 1, sha256Hash } });

test("a document is sent once, then by its hash with other variables", async () => {
  const byHash = { extensions: extensions(hash), variables: { first: 1 } };
  expect(await send(byHash)).toEqual([["PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound"]]);
  expect(await send({ ...byHash, query })).toEqual({ videos: { totalCount: 0 } });
  expect(await send(byHash)).toEqual({ videos: { totalCount: 0 } });
  expect(await send(byHash, api.theirs.read)).toEqual({ videos: { totalCount: 0 } });
});

test("a hash grants no access: the key decides, as for the document itself", async () => {
  await send({ extensions: extensions(hash), query });
  const answer = await send({ extensions: extensions(hash) }, null);
  expect(JSON.stringify(answer)).toContain("UNAUTHENTICATED");
});

test("a document with the hash of another is refused and not cached", async () => {
  const wrong = { extensions: extensions("0".repeat(64)) };
  expect(await send({ ...wrong, query })).toMatchObject([
    ["PERSISTED_QUERY_HASH_MISMATCH", expect.any(String)],
  ]);
  expect(await send(wrong)).toMatchObject([["PERSISTED_QUERY_NOT_FOUND", expect.any(String)]]);
});

test("automatic persisted queries also work over WebSocket", async () => {
  await send({ extensions: extensions(hash), query });
  expect(await overWebSocket({ extensions: extensions(hash) }, api.ours.read)).toEqual({
    videos: { totalCount: 0 },
  });
});

/** The first answer, as data or codes. */
async function overWebSocket(payload: object, apiKey: string) {
  const client = createClient({ url: api.webSocket, connectionParams: { apiKey } });
  try {
    // The protocol requires a text.
    const { value } = await client.iterate({ query: "", ...payload }).next();
    return value.data;
  } catch (errors) {
    return (errors as { extensions: object }[]).map(({ extensions: shown }) => shown);
  } finally {
    await client.dispose();
  }
}

async function overEvents(payload: object, token: string): Promise<string> {
  const left = new AbortController();
  const response = await fetch(api.graphql, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream",
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify(payload),
    signal: left.signal,
  });
  let text = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (/"(?:data|errors)"/.test(text)) break;
  }
  left.abort();
  return text;
}

async function trustedKey(): Promise<string> {
  const creation = `mutation { r: createApiKey(input: { name: "page", scopes: [READ], trustedDocumentsOnly: true }) {
    ... on CreatedApiKey { secret apiKey { trustedDocumentsOnly } } } }`;
  const { data } = await api.ask(creation, {}, api.ours.admin);
  expect(data.r.apiKey.trustedDocumentsOnly).toBe(true);
  return data.r.secret;
}

async function register(manifest: unknown, token = api.ours.admin) {
  const registration = `mutation ($manifest: JSON!) { r: registerTrustedDocuments(input: { manifest: $manifest }) {
    __typename ... on RegisteredDocuments { addedCount totalCount } ... on Error { code }
    ... on InvalidInputError { field } } }`;
  return (await api.ask(registration, { manifest }, token)).data.r;
}

const watchAll = "subscription { videosProgress(filter: {}) { id } }";
const registered = { "documents/mine": query, watch: watchAll };

test("a trusted-documents key runs registered documents by id over every transport, and no other documents", async () => {
  const added = { __typename: "RegisteredDocuments", addedCount: 2, totalCount: 2 };
  expect(await register(registered)).toEqual(added);
  expect(await register(registered)).toEqual({ ...added, addedCount: 0 });
  const key = await trustedKey();
  const mine = { videos: { totalCount: 0 } };

  expect(await send({ documentId: "documents/mine" }, key)).toEqual(mine);
  expect(await send({ extensions: extensions("documents/mine"), query }, key)).toEqual(mine);
  expect(await overWebSocket({ extensions: extensions("documents/mine") }, key)).toEqual(mine);
  expect(await overEvents({ documentId: "documents/mine" }, key)).toContain('"totalCount":0');

  const required = [["PERSISTED_QUERY_REQUIRED", expect.stringContaining("registered documents only")]];
  expect(await send({ query }, key)).toEqual(required);
  expect(await overWebSocket({ query }, key)).toEqual([{ code: "PERSISTED_QUERY_REQUIRED" }]);
  expect(await overEvents({ query: watchAll }, key)).toContain("PERSISTED_QUERY_REQUIRED");

  // A document that another key cached is not trusted.
  await send({ extensions: extensions(hash), query });
  expect(await send({ extensions: extensions(hash) }, key)).toEqual([
    ["PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound"],
  ]);
  expect(await overWebSocket({ extensions: extensions(hash), query }, key)).toEqual([
    { code: "PERSISTED_QUERY_NOT_FOUND" },
  ]);
  expect(await send({ documentId: "documents/mine", query: "{ __typename }" }, key)).toMatchObject([
    ["PERSISTED_QUERY_HASH_MISMATCH", expect.any(String)],
  ]);
});

test("registered documents are available to every key of their workspace, and to no key of another", async () => {
  await register(registered);
  expect(await send({ documentId: "documents/mine" })).toEqual({ videos: { totalCount: 0 } });
  expect(await send({ documentId: "documents/mine" }, api.theirs.read)).toMatchObject([
    ["PERSISTED_QUERY_NOT_FOUND", expect.any(String)],
  ]);
});

test("Apollo manifests are accepted, and a manifest is registered completely or not at all", async () => {
  const operations = [{ id: "apollo", name: "Mine", type: "query", body: query }];
  const manifest = { format: "apollo-persisted-query-manifest", version: 1, operations };
  expect(await register(manifest, api.theirs.admin)).toMatchObject({ addedCount: 1 });
  const invalid = { code: "DOCUMENT_INVALID", field: "manifest.b" };
  expect(await register({ a: query, b: "{ nothing }" }, api.theirs.admin)).toMatchObject(invalid);
  expect(await register({ a: query, b: "{" }, api.theirs.admin)).toMatchObject(invalid);
  expect(await register({ a: query, apollo: watchAll }, api.theirs.admin)).toEqual({
    __typename: "ConflictError",
    code: "DOCUMENT_ID_TAKEN",
  });
  for (const wrong of [[], {}, { a: 1 }, "x", { "a b": query }]) {
    expect(await register(wrong, api.theirs.admin)).toMatchObject({ code: "MANIFEST_INVALID" });
  }
  const list = "{ trustedDocuments { totalCount nodes { documentId text } } }";
  expect((await api.ask(list, {}, api.theirs.admin)).data.trustedDocuments).toEqual({
    totalCount: 1,
    nodes: [{ documentId: "apollo", text: query }],
  });
});

test("a deleted document is refused", async () => {
  await register({ short: query });
  const deletion = `mutation { r: deleteTrustedDocuments(input: { documentIds: ["short", "nothing", "\\u0000"] }) {
    ... on DeletedDocuments { deletedCount } } }`;
  expect((await api.ask(deletion, {}, api.ours.admin)).data.r).toEqual({ deletedCount: 1 });
  expect(await send({ documentId: "short" })).toMatchObject([
    ["PERSISTED_QUERY_NOT_FOUND", expect.any(String)],
  ]);
});
