import { getIntrospectionQuery } from "graphql";
import { createClient } from "graphql-ws";
import { afterAll, beforeAll, expect, test } from "vitest";
import { documents } from "../../schema/testing/documents.ts";
import { createTestApi, type TestApi } from "../../schema/testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const nest = (levels: number): string =>
  levels === 0 ? "id" : `jobs { nodes { video { ${nest(levels - 1)} } } }`;
const repeat = (count: number, part: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => part(i)).join(" ");

const tooMuch = {
  DOCUMENT_TOO_DEEP: `{ videos { nodes { ${nest(5)} } } }`,
  DOCUMENT_TOO_COSTLY:
    "{ videos(first: 100) { nodes { jobs(first: 100) { nodes { id status tasks { id status } } } } } }",
  DOCUMENT_TOO_MANY_ALIASES: `{ ${repeat(31, (i) => `a${i}: __typename`)} }`,
  DOCUMENT_TOO_MANY_DIRECTIVES: `{ __typename ${repeat(51, () => "@include(if: true)")} }`,
  DOCUMENT_TOO_LONG: `{ ${repeat(2_000, () => "__typename")} }`,
};

test("a document that exceeds a limit is refused with the name of the limit, over HTTP and over WebSocket", async () => {
  const client = createClient({ url: api.webSocket, connectionParams: { apiKey: api.ours.read } });
  for (const [code, query] of Object.entries(tooMuch)) {
    const { status, errors } = await api.ask(query);
    expect([code, status, errors?.map((error) => error.extensions?.["code"])]).toEqual([
      code,
      400,
      expect.arrayContaining([code]),
    ]);
    await expect(client.iterate({ query }).next(), code).rejects.toMatchObject(
      expect.arrayContaining([expect.objectContaining({ extensions: { code } })]),
    );
  }
  await client.dispose();
  expect(api.logged).toEqual([]);
});

test("the contract's documents and GraphiQL's introspection are within the limits", async () => {
  const introspection = getIntrospectionQuery({
    descriptions: true,
    specifiedByUrl: true,
    inputValueDeprecation: true,
    oneOf: true,
  });
  for (const query of [...Object.values(documents), introspection]) {
    const { errors } = await api.ask(query, {
      id: "x",
      first: 100,
      input: { title: "x", source: { url: { url: "http://example.com" } } },
    });
    const codes = errors?.map((error) => error.extensions?.["code"]) ?? [];
    expect(codes.filter((code) => String(code).startsWith("DOCUMENT"))).toEqual([]);
  }
});
