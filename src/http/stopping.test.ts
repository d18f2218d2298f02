import { createClient } from "graphql-ws";
import { expect, test } from "vitest";
import { seedVideo } from "../../schema/testing/seed.ts";
import { createTestApi, type TestApi } from "../../schema/testing/test-api.ts";
import { eventually } from "../../tests/kit/index.ts";
import { lockVideo } from "../auth/own-video.ts";
import { encodeGlobalId } from "../inputs/global-id.ts";

const rename = `mutation ($id: ID!) { updateVideo(input: { id: $id, title: "new" }) { __typename ... on Video { title } } }`;

/** A video whose changes wait until it is let go. */
async function holdVideo(api: TestApi) {
  const { id } = await seedVideo(api.db, api.ours.id);
  const [locked, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const holding = api.db.$transaction(
    async (tx) => {
      await lockVideo(tx, id);
      locked.resolve();
      await over.promise;
    },
    { timeout: 60_000 },
  );
  await locked.promise;
  return {
    id: encodeGlobalId("Video", id),
    /** Resolves when a caller waits for it. */
    wanted: () =>
      eventually(async () => {
        const rows = await api.db.$queryRaw<unknown[]>`
          SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        return rows.length > 0;
      }, "a change waits for the video"),
    letGo: async () => {
      over.resolve();
      await holding;
    },
  };
}

test("a draining server reports not ready, still answers requests, and closes kept-alive connections", async () => {
  await using api = await createTestApi({ config: { isDevelopment: true, drainMs: 6_000, graceMs: 500 } });
  expect((await fetch(`${api.url}/readyz`)).status).toBe(200);
  const stopped = api.server[Symbol.asyncDispose]();
  const ready = await fetch(`${api.url}/readyz`);
  expect([ready.status, await ready.json()]).toMatchObject([503, { isOk: false, isClosing: true }]);
  const query = await fetch(api.graphql, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${api.ours.read}` },
    body: JSON.stringify({ query: "{ viewer { scopes } }" }),
  });
  expect([query.status, query.headers.get("connection")]).toEqual([200, "close"]);
  expect(await query.json()).toMatchObject({ data: { viewer: { scopes: ["READ"] } } });
  await stopped;
  await expect(fetch(`${api.url}/healthz`)).rejects.toThrow();
});

test("a mutation on a socket is answered before the socket is closed, so that no client repeats it", async () => {
  await using api = await createTestApi({ config: { isDevelopment: true, graceMs: 20_000 } });
  const video = await holdVideo(api);
  const events: string[] = [];
  const client = createClient({
    url: api.webSocket,
    connectionParams: { apiKey: api.ours.write },
    lazyCloseTimeout: 60_000,
    retryAttempts: 0,
    on: {
      opened: () => events.push("opened"),
      closed: (event) => events.push(`closed ${(event as { code: number }).code}`),
    },
  });
  const mutation = client.iterate({ query: rename, variables: { id: video.id } });
  const answered = mutation.next();
  await video.wanted();
  const stopped = api.server[Symbol.asyncDispose]();
  await video.letGo();
  expect(await answered).toEqual({
    done: false,
    value: { data: { updateVideo: { __typename: "Video", title: "new" } } },
  });
  expect((await mutation.next()).done).toBe(true);
  await stopped;
  expect(events).toEqual(["opened", "closed 1001"]);
  await client.dispose();
});
