import { afterAll, beforeAll, expect, test } from "vitest";
import { printedSchema } from "../../schema/print.ts";
import { createTestApi, type TestApi } from "../../schema/testing/test-api.ts";

let api: TestApi;
let production: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  production = await createTestApi({ config: { isDevelopment: false, graceMs: 500 } });
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await production[Symbol.asyncDispose]();
});

const wrong = "{ videos { nodes { titl } } }";
const introspection = "{ __schema { queryType { name } } }";

test("the schema can be downloaded, in development without a key and in production with one", async () => {
  const open = await fetch(`${api.url}/schema.graphql`);
  expect([open.status, open.headers.get("content-type")]).toEqual([
    200,
    "application/graphql; charset=utf-8",
  ]);
  expect(await open.text()).toBe(printedSchema());
  expect((await fetch(`${production.url}/schema.graphql`)).status).toBe(401);
  const headers = { authorization: `Bearer ${production.ours.read}` };
  const closed = await fetch(`${production.url}/schema.graphql`, { headers });
  expect(await closed.text()).toBe(printedSchema());
  expect((await fetch(`${api.url}/schema.graphql`, { method: "POST" })).status).toBe(405);
});

test("the error for a misspelled field suggests the correct name to holders of a key", async () => {
  const { errors } = await production.ask(wrong, {}, production.ours.read);
  expect(errors?.[0]?.message).toBe('Cannot query field "titl" on type "Video". Did you mean "title"?');
});

test("without a key, production reveals neither field names nor the schema", async () => {
  for (const query of [wrong, introspection]) {
    const { data, errors } = await production.ask(query, {}, null);
    expect([data, errors?.map(({ extensions }) => extensions?.["code"])]).toEqual([
      undefined,
      ["UNAUTHENTICATED"],
    ]);
  }
});

test("a browser token gets no suggestions", async () => {
  const { data } = await api.ask(
    "mutation { r: createUploadToken(input: {}) { ... on CreatedUploadToken { token } } }",
  );
  const { errors } = await api.ask("{ video(id: 1) { id titl } }", {}, data.r.token);
  expect(errors?.map(({ message }) => message).join(" ")).toContain(
    'Cannot query field "titl" on type "Video".',
  );
  expect(JSON.stringify(errors)).not.toMatch(/Did you mean|title/);
});
