import { createClient } from "graphql-ws";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestApi, type TestApi } from "../../schema/testing/test-api.ts";
import { createApiKey } from "./api-keys.ts";
import { CACHE_MS, createAuthenticate, tokenIn } from "./authenticate.ts";

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi({ config: { isDevelopment: false, graceMs: 500 } });
});
afterAll(() => api[Symbol.asyncDispose]());

const create = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) {
  ... on CreatedApiKey { secret apiKey { id name prefix scopes lastUsedAt revokedAt } } ... on Error { code message } ... on InvalidInputError { field } } }`;
const revoke =
  "mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { ... on ApiKey { id revokedAt } ... on Error { code } } }";
const scopes = "{ viewer { scopes } }";

test("a key's secret is returned once and never stored", async () => {
  const { data } = await api.ask(create, { input: { name: "CMS", scopes: ["READ"] } }, api.ours.admin);
  const { secret, apiKey } = data.createApiKey;
  expect(secret).toMatch(/^rk_[\w-]{43}$/);
  expect(apiKey).toEqual({
    id: expect.any(String),
    name: "CMS",
    prefix: secret.slice(0, 10),
    scopes: ["READ"],
    lastUsedAt: null,
    revokedAt: null,
  });
  const rows = JSON.stringify(await api.db.apiKey.findMany());
  expect(rows).not.toContain(secret);
  expect((await api.ask(scopes, {}, secret)).data.viewer).toEqual({ scopes: ["READ"] });
});

test("a revoked key is refused within seconds, and a second revocation changes nothing", async () => {
  const made = (await api.ask(create, { input: { name: "gone soon", scopes: ["WRITE"] } }, api.ours.admin))
    .data.createApiKey;
  const { id } = made.apiKey;
  expect((await api.ask(scopes, {}, made.secret)).errors).toBeUndefined();
  const first = await api.ask(revoke, { id }, api.ours.admin);
  api.advance(CACHE_MS);
  const answer = await api.ask(scopes, {}, made.secret);
  expect([answer.status, answer.data, answer.errors?.[0]?.extensions?.["code"]]).toEqual([
    401,
    undefined,
    "UNAUTHENTICATED",
  ]);
  expect(answer.errors?.[0]?.message).toContain("ask an administrator");
  expect((await api.ask(revoke, { id }, api.ours.admin)).data).toEqual(first.data);
});

test("an expired key is refused immediately, even if it was cached as valid", async () => {
  let now = new Date();
  const authenticate = createAuthenticate({ db: api.db, clock: () => now });
  const { token } = await createApiKey(api.db, {
    workspaceId: api.ours.id,
    name: "short",
    scopes: ["READ"],
    expiresAt: new Date(now.getTime() + 1_000),
  });
  expect(await authenticate(token)).toMatchObject({ workspaceId: api.ours.id });
  now = new Date(now.getTime() + 1_000);
  expect(await authenticate(token)).toBeNull();
});

test("many requests with one key cause one look-up, and its last use is written once a minute", async () => {
  let now = new Date();
  const authenticate = createAuthenticate({ db: api.db, clock: () => now });
  const { token, apiKeyId } = await createApiKey(api.db, {
    workspaceId: api.ours.id,
    name: "busy",
    scopes: ["READ"],
  });
  const statements = async () => {
    api.queries.length = 0;
    await Promise.all([authenticate(token), authenticate(token), authenticate(token)]);
    return api.queries.flatMap((sql) => /^\s*(SELECT|UPDATE)/.exec(sql)?.[1] ?? []);
  };
  expect(await statements()).toEqual(["SELECT", "UPDATE"]);
  expect(await statements()).toEqual([]);
  now = new Date(now.getTime() + CACHE_MS);
  expect(await statements()).toEqual(["SELECT"]);
  now = new Date(now.getTime() + 60_000);
  expect(await statements()).toEqual(["SELECT", "UPDATE"]);
  expect((await api.db.apiKey.findUniqueOrThrow({ where: { id: apiKeyId } })).lastUsedAt).toEqual(now);
});

test("only ADMIN lists and creates keys; other keys get an error that names the missing scope", async () => {
  expect((await api.ask("{ apiKeys { nodes { id } } }", {}, api.ours.write)).errors).toMatchObject([
    { extensions: { code: "FORBIDDEN" }, message: expect.stringContaining("scope ADMIN") },
  ]);
  const { data } = await api.ask(create, { input: { name: "x", scopes: ["ADMIN"] } }, api.ours.write);
  expect(data.createApiKey).toEqual({ code: "FORBIDDEN", message: expect.any(String) });
  const video = await api.ask(
    'mutation { deleteVideo(input: { id: "x" }) { __typename } }',
    {},
    api.ours.read,
  );
  expect(video.data.deleteVideo).toEqual({ __typename: "ForbiddenError" });
});

test("an invalid API key input is refused with the field at fault", async () => {
  const ask = async (input: object) => (await api.ask(create, { input }, api.ours.admin)).data.createApiKey;
  expect(await ask({ name: " ", scopes: ["READ"] })).toMatchObject({
    code: "API_KEY_NAME_INVALID",
    field: "name",
  });
  expect(await ask({ name: "x", scopes: [] })).toMatchObject({
    code: "API_KEY_SCOPES_INVALID",
    field: "scopes",
  });
  expect(await ask({ name: "x", scopes: ["READ"], expiresAt: "2020-01-01T00:00:00Z" })).toMatchObject({
    code: "API_KEY_EXPIRY_INVALID",
    field: "expiresAt",
  });
  const theirs = await api.db.apiKey.findFirstOrThrow({ where: { workspaceId: api.theirs.id } });
  for (const id of [theirs.id, "garbage", Buffer.from(`ApiKey:${theirs.id}`).toString("base64url")]) {
    expect((await api.ask(revoke, { id }, api.ours.admin)).data.revokeApiKey).toEqual({
      code: "API_KEY_NOT_FOUND",
    });
  }
});

test("in production every request without a key is refused, including introspection", async () => {
  for (const query of ["{ __typename }", "{ __schema { types { name } } }", "{ nothing }", "{"]) {
    const answer = await api.ask(query, {}, null);
    expect([answer.status, answer.errors?.[0]?.extensions]).toEqual([401, { code: "UNAUTHENTICATED" }]);
  }
});

test("in development introspection needs no key, but data does", async () => {
  await using open = await createTestApi();
  expect((await open.ask("{ __schema { queryType { name } } }", {}, null)).data.__schema.queryType.name).toBe(
    "Query",
  );
  const answer = await open.ask("{ videos { nodes { id } } }", {}, null);
  expect([answer.status, answer.errors?.[0]?.extensions]).toEqual([401, { code: "UNAUTHENTICATED" }]);
});

test("a socket without a valid key is closed with 4403, which clients retry", async () => {
  for (const connectionParams of [{}, { Authorization: "Bearer rk_wrong" }, { apiKey: 5 }]) {
    const { promise: closed, resolve } = Promise.withResolvers<unknown>();
    const client = createClient({
      url: api.webSocket,
      connectionParams,
      retryAttempts: 0,
      on: { closed: resolve },
    });
    const failed = client.iterate({ query: scopes }).next();
    await expect(failed).rejects.toBeDefined();
    expect(await closed).toMatchObject({ code: 4403, reason: expect.stringContaining("Forbidden") });
    await client.dispose();
  }
});

test("a token is parsed with and without its scheme", () => {
  expect(["Bearer a", "bearer  a", " a ", "Basic a", "Bearer a b", "", 5].map(tokenIn)).toEqual([
    "a",
    "a",
    "a",
    null,
    null,
    null,
    null,
  ]);
});

test("an open socket is closed soon after its key is revoked", async () => {
  await using watched = await createTestApi({
    config: { isDevelopment: false, socketRecheckMs: 20, graceMs: 500 },
  });
  const closed = Promise.withResolvers<unknown>();
  const client = createClient({
    url: watched.webSocket,
    connectionParams: { Authorization: `Bearer ${watched.ours.read}` },
    lazy: false,
    retryAttempts: 0,
    on: { closed: closed.resolve },
    onNonLazyError: () => undefined,
  });
  await client.iterate({ query: scopes }).next();
  await watched.db.apiKey.updateMany({
    where: { workspaceId: watched.ours.id },
    data: { revokedAt: new Date() },
  });
  watched.advance(CACHE_MS);
  expect(await closed.promise).toMatchObject({ code: 4403 });
  await client.dispose();
});
