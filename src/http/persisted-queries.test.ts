import { createHash } from "node:crypto";
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

test("a hash opens nothing: the key decides, as for the document itself", async () => {
  await send({ extensions: extensions(hash), query });
  const answer = await send({ extensions: extensions(hash) }, null);
  expect(JSON.stringify(answer)).toContain("UNAUTHENTICATED");
});

test("a document under another's hash is refused and not remembered", async () => {
  const wrong = { extensions: extensions("0".repeat(64)) };
  expect(await send({ ...wrong, query })).toMatchObject([
    ["PERSISTED_QUERY_HASH_MISMATCH", expect.any(String)],
  ]);
  expect(await send(wrong)).toMatchObject([["PERSISTED_QUERY_NOT_FOUND", expect.any(String)]]);
});
