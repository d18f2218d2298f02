import { createClient } from "graphql-ws";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestApi, type TestApi } from "../../schema/testing/test-api.ts";
import { CACHE_MS } from "../auth/authenticate.ts";

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const setRate = async (requestsPerSecond: number | null) => {
  const { data } = await api.ask("query { viewer { workspace { id } } }", {}, api.ours.all);
  const set = await api.ask(
    `mutation ($input: SetQuotasInput!) { setQuotas(input: $input) { __typename
      ... on Workspace { quotas { name used limit } } ... on Error { code message } } }`,
    { input: { workspaceId: data.viewer.workspace.id, requestsPerSecond } },
    api.ours.operator,
  );
  api.advance(CACHE_MS);
  return set.data.setQuotas;
};

test("a key may send a burst, then a fixed number of requests per second; other keys are unaffected", async () => {
  const { quotas } = await setRate(2);
  expect(quotas).toContainEqual({ name: "REQUESTS_PER_SECOND", used: null, limit: 2 });
  const ask = () =>
    fetch(api.graphql, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${api.ours.read}` },
      body: JSON.stringify({ query: "{ viewer { scopes } }" }),
    });
  const answers = await Promise.all(Array.from({ length: 30 }, ask));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.headers.get("retry-after")).toBe("1");
  expect(await refused?.json()).toMatchObject({
    errors: [{ extensions: { code: "RATE_LIMITED", limit: 2, retryAfterMs: 500 } }],
  });
  expect((await api.ask("{ viewer { scopes } }", {}, api.ours.write)).status).toBe(200);
  api.advance(1_000);
  const later = await Promise.all(Array.from({ length: 5 }, ask));
  expect(later.filter(({ status }) => status === 200)).toHaveLength(2);
});

test("operations on a socket count as requests", async () => {
  await setRate(1);
  api.advance(60_000);
  const client = createClient({
    url: api.webSocket,
    connectionParams: { Authorization: `Bearer ${api.ours.admin}` },
    retryAttempts: 0,
  });
  const asked = Array.from({ length: 7 }, () => client.iterate({ query: "{ viewer { scopes } }" }).next());
  const results = await Promise.allSettled(asked);
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
  expect(results.find(({ status }) => status === "rejected")).toMatchObject({
    reason: [{ extensions: { code: "RATE_LIMITED", retryAfterMs: 1_000 } }],
  });
  await client.dispose();
  expect((await setRate(null)).quotas).toContainEqual({
    ...{ name: "REQUESTS_PER_SECOND", used: null, limit: null },
  });
});
