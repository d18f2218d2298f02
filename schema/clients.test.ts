import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { Client, cacheExchange, fetchExchange, subscriptionExchange } from "@urql/core";
import { OperationTypeNode } from "graphql";
import { createClient, type Sink } from "graphql-ws";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeGlobalId } from "../src/inputs/global-id.ts";
import { documents } from "./testing/documents.ts";
import { seedVideo } from "./testing/seed.ts";
import { createTestApi, type TestApi } from "./testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const input = { title: "A film", source: { url: { url: "http://example.com/a.mp4" } } };

/**
 * The interface types that Apollo needs; `@graphql-codegen/fragment-matcher` writes them from schema.graphql.
 */
const possibleTypes = { Error: ["ConflictError", "ForbiddenError", "InvalidInputError", "NotFoundError"] };

test("urql runs queries, mutations and subscriptions", async () => {
  const socket = createClient({
    url: api.webSocket,
    connectionParams: { Authorization: `Bearer ${api.ours.write}` },
  });
  const client = new Client({
    url: api.graphql,
    preferGetMethod: false,
    fetchOptions: { headers: { authorization: `Bearer ${api.ours.write}` } },
    exchanges: [
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = "", variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.subscribe(
              { query, variables: variables as Record<string, unknown> },
              sink as Sink,
            ),
          }),
        }),
      }),
    ],
  });
  const created = await client.mutation(documents.createVideo, { input }).toPromise();
  expect(created.data.createVideo).toMatchObject({ __typename: "Video", status: "PROCESSING" });
  const refused = await client
    .mutation(documents.createVideo, { input: { ...input, title: "" } })
    .toPromise();
  expect(refused.data.createVideo).toMatchObject({ __typename: "InvalidInputError", code: "TITLE_INVALID" });
  const { id } = created.data.createVideo;
  const shown = await client.query(documents.video, { id }).toPromise();
  expect(shown.data.video).toMatchObject({ id, title: "A film" });
  const watched = await new Promise<unknown>((resolve) => {
    const subscription = client.subscription(documents.watch, { id }).subscribe(({ data }) => {
      resolve(data);
      queueMicrotask(() => subscription.unsubscribe());
    });
  });
  expect(watched).toMatchObject({ videoProgress: { id, progress: 0 } });
  await socket.dispose();
});

test("Apollo updates a watched video in its cache without any additional code", async () => {
  const seeded = await seedVideo(api.db, api.ours.id);
  const id = encodeGlobalId("Video", seeded.id);
  const socket = createClient({ url: api.webSocket, connectionParams: { apiKey: api.ours.write } });
  const link = ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socket),
    new HttpLink({ uri: api.graphql, headers: { authorization: `Bearer ${api.ours.write}` } }),
  );
  const client = new ApolloClient({ link, cache: new InMemoryCache({ possibleTypes }) });
  const created = await client.mutate<{ createVideo: unknown }>({
    mutation: gql(documents.createVideo),
    variables: { input },
  });
  expect(created.data?.createVideo).toMatchObject({ __typename: "Video" });

  const fractions: number[] = [];
  const query = client.watchQuery<{ video: { variants: Array<{ fraction: number }> } }>({
    query: gql(documents.video),
    variables: { id },
  });
  const shown = query.subscribe(({ data }) => {
    const fraction = (data as { video?: { variants?: Array<{ fraction: number }> } } | undefined)?.video
      ?.variants?.[1]?.fraction;
    if (fraction !== undefined) fractions.push(fraction);
  });
  await expect.poll(() => fractions).toEqual([0.5]);
  const watch = client.subscribe({ query: gql(documents.watch), variables: { id } }).subscribe({});
  await expect.poll(() => api.live.watching).toBe(1);
  const snapshot = await api.live.snapshotOf(seeded.id);
  const variants = snapshot.variants.map((variant) =>
    variant.name === "200p" ? { ...variant, fraction: 0.75 } : variant,
  );
  api.live.emit({ ...snapshot, variants });
  await expect.poll(() => fractions.at(-1)).toBe(0.75);
  watch.unsubscribe();
  shown.unsubscribe();
  client.stop();
  await socket.dispose();
});

test("relay-compiler accepts the schema, its connections and its nodes", async () => {
  const directory = await mkdtemp(path.join(tmpdir(), "reelay-relay-"));
  try {
    await mkdir(path.join(directory, "src", "__generated__"), { recursive: true });
    await writeFile(
      path.join(directory, "schema.graphql"),
      await readFile(new URL("./schema.graphql", import.meta.url)),
    );
    await writeFile(
      path.join(directory, "relay.config.json"),
      JSON.stringify({
        src: "./src",
        schema: "./schema.graphql",
        language: "javascript",
        artifactDirectory: "./src/__generated__",
      }),
    );
    await writeFile(
      path.join(directory, "src", "list.js"),
      `import { graphql } from "relay-runtime";
       graphql\`query listQuery { ...list_videos }\`;
       graphql\`fragment list_videos on Query @refetchable(queryName: "listPage") @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" }) {
         videos(first: $first, after: $after) @connection(key: "list_videos") { edges { node { id ...list_video } } }
       }\`;
       graphql\`fragment list_video on Video @refetchable(queryName: "listVideo") { title progress variants { name fraction } }\`;
       graphql\`subscription listWatch($id: ID!) { videoProgress(id: $id) { ...list_video } }\`;
       graphql\`mutation listCreate($input: CreateVideoInput!) { createVideo(input: $input) { __typename ... on Video { id } ... on Error { message code } } }\`;`,
    );
    const compiler = path.resolve("node_modules/.bin/relay-compiler");
    const { stdout } = await promisify(execFile)(compiler, ["relay.config.json"], { cwd: directory });
    expect(stdout).not.toMatch(/error/i);
    expect(await readFile(path.join(directory, "src/__generated__/listPage.graphql.js"), "utf8")).toContain(
      "VideoConnection",
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
