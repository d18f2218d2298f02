import { createClient } from "graphql-ws";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { encodeGlobalId, keyOf } from "../src/inputs/global-id.ts";
import { seedVideo } from "./testing/seed.ts";
import { createTestApi, type TestApi } from "./testing/test-api.ts";

let api: TestApi;
const ids: string[] = [];
beforeAll(async () => {
  api = await createTestApi();
  for (let index = 0; index < 5; index += 1) {
    const video = await seedVideo(api.db, api.ours.id, { createdAt: new Date(1_000_000 + index) });
    ids.push(encodeGlobalId("Video", video.id));
  }
  await api.ask("{ viewer { scopes } }");
});
afterAll(() => api[Symbol.asyncDispose]());
beforeEach(() => {
  api.queries.length = 0;
});

/**
 * The tables that were read, one entry per query; in the order of their names, because queries of one level
 * run side by side.
 */
const tables = () => api.queries.map((sql) => /FROM "public"."(\w+)"/.exec(sql)?.[1] ?? sql).sort();

const everything = `
  id title externalId metadata status error { code message } createdAt playableAt readyAt durationMs width height frameRate progress cursor
  playback { hlsUrl posterUrl } upload { url } source { kind probe { width } }
  variants { id name tier width height codec bitrateBps status fraction fps speed etaMs sizeBytes error { code message retriable } }
  jobs { totalCount edges { node { id kind status priority queuePosition waitReason retryOf { id } tasks { id status pool variants { name } attempts { number outcome workerId startedAt endedAt error { code message scope retriable logTail } } } } } }`;

test("a full list of videos takes the same queries for 1 video as for 5", async () => {
  const one = await api.ask(`{ videos(first: 1) { edges { node { ${everything} } } } }`);
  expect(one.errors).toBeUndefined();
  const forOne = tables();
  api.queries.length = 0;
  const five = await api.ask(`{ videos(first: 5) { edges { node { ${everything} } } } }`);
  expect(five.data.videos.edges).toHaveLength(5);
  expect(tables()).toEqual(forOne);
  expect(forOne).toMatchInlineSnapshot(`
    [
      "
        SELECT j.id, j.workspace_id AS "workspaceId", j.status, t.pool, t.available_at AS "availableAt", t.available_at > $1 AS "isBackingOff",
          (SELECT a.error->>'code' FROM attempts a WHERE a.task_id = t.id ORDER BY a.number DESC LIMIT 1) AS "lastErrorCode",
          w.paused_at IS NOT NULL AS "isPaused", w.max_running_tasks AS "maxRunningTasks", w.worker_realms::text[] AS realms,
          greatest(t.queued_at, t.available_at) AS "waitsSince", t.kind, t.requirements,
          d.id AS "awaitedId", d.kind AS "awaitedKind", d.status AS "awaitedStatus",
          (SELECT count(*)::int FROM tasks f WHERE f.workspace_id = t.workspace_id
            AND (f.status = 'RUNNING' OR (f.status = 'QUEUED' AND f.dispatched_at IS NOT NULL))) AS "inFlight"
        FROM jobs j JOIN workspaces w ON w.id = j.workspace_id LEFT JOIN jobs d ON d.id = j.depends_on_id CROSS JOIN LATERAL (
          SELECT * FROM tasks WHERE job_id = j.id AND status IN ('PENDING', 'QUEUED')
          ORDER BY available_at > $2, is_rest, due_at, id LIMIT 1) t
        WHERE j.status IN ('PENDING', 'QUEUED') AND j.id = ANY ($3::uuid[])",
      "assets",
      "attempts",
      "jobs",
      "jobs",
      "jobs",
      "jobs",
      "sources",
      "tasks",
      "variants",
      "variants",
      "videos",
      "videos",
    ]
  `);
});

test("a list reads only the requested columns", async () => {
  await api.ask(
    "{ videos(first: 2) { edges { cursor node { id title } } pageInfo { hasNextPage endCursor } } }",
  );
  expect(api.queries).toMatchInlineSnapshot(`
    [
      "SELECT "public"."videos"."id", "public"."videos"."created_at", "public"."videos"."title" FROM "public"."videos" WHERE "public"."videos"."workspace_id" = $1 ORDER BY "public"."videos"."created_at" DESC, "public"."videos"."id" DESC LIMIT $2 OFFSET $3",
    ]
  `);
});

test("jobs with tasks and attempts take one query per level", async () => {
  const { data } = await api.ask(
    "{ jobs(first: 5) { nodes { id video { title } tasks { variants { name } attempts { number } } } } }",
  );
  expect(data.jobs.nodes).toHaveLength(5);
  expect(tables()).toMatchInlineSnapshot(`
    [
      "attempts",
      "jobs",
      "jobs",
      "tasks",
      "variants",
      "videos",
      "videos",
    ]
  `);
});

test("nodes of one type are loaded in one query", async () => {
  const { data } = await api.ask(
    "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Video { variants { name } } } }",
    {
      ids,
    },
  );
  expect(data.nodes.map(({ id }: { id: string }) => id)).toEqual(ids);
  expect(tables()).toMatchInlineSnapshot(`
    [
      "variants",
      "videos",
    ]
  `);
});

test("a page of the log takes the same queries for 1 event as for 5, also with their videos", async () => {
  for (const id of ids) {
    const videoId = keyOf("Video", id) ?? "";
    await api.db.event.create({ data: { workspaceId: api.ours.id, videoId, type: "video.ready" } });
  }
  const page = (first: number, fields: string) =>
    api.ask(`{ changes(first: ${first}) { events { ${fields} } cursor hasMore } }`);
  const costOf = async (first: number, fields: string) => {
    api.queries.length = 0;
    expect((await page(first, fields)).data.changes.events).toHaveLength(first);
    return tables().map((query) => (query.includes("forgotten_events") ? "a page" : query));
  };
  // The first reader sequences, and reads again.
  expect(await costOf(5, "id")).toEqual(["a page", "a page", "CALL sequence_events()"]);
  expect(await costOf(5, "id type data")).toEqual(["a page"]);
  expect(await costOf(1, "id video { externalId }")).toEqual(["a page", "videos"]);
  expect(await costOf(5, "id video { externalId }")).toEqual(["a page", "videos"]);
});

test("a list of events takes one query more than sequencing, and one for the videos", async () => {
  await api.ask("{ events(first: 5) { nodes { type video { title } } } }");
  expect(tables()).toEqual(["CALL sequence_events()", "events", "videos"]);
});

test("an event of a subscription takes no query", async () => {
  const id = ids[0] ?? "";
  const videoId = (await api.db.video.findFirstOrThrow({ orderBy: { createdAt: "asc" } })).id;
  const client = createClient({ url: api.webSocket, connectionParams: { apiKey: api.ours.read } });
  const watch = client.iterate<{
    videoProgress: { progress: number; variants: Array<{ fraction: number }> };
  }>({
    query: `subscription Watch($id: ID!, $after: String) {
      videoProgress(id: $id, after: $after) {
        id status progress cursor variants { id status fraction fps speed etaMs }
        title playback { hlsUrl posterUrl } source { kind probe { width } } all: variants { sizeBytes tier }
      }
    }`,
    variables: { id },
  });
  const first = await watch.next();
  expect(first.value?.data?.videoProgress.variants).toHaveLength(3);
  const snapshot = await api.live.snapshotOf(videoId);
  api.queries.length = 0;
  for (const fraction of [0.6, 0.7, 0.8]) {
    const variants = snapshot.variants.map((variant) =>
      variant.name === "200p" ? { ...variant, fraction } : variant,
    );
    api.live.emit({ ...snapshot, variants });
    const { value } = await watch.next();
    expect(value).toMatchObject({
      data: { videoProgress: { variants: [{ fraction: 1 }, { fraction }, {}] } },
    });
  }
  expect(api.queries).toEqual([]);
  await watch.return?.();
  await client.dispose();
});

test("a subscription may select fields that no snapshot contains, and reads them from the database", async () => {
  const client = createClient({ url: api.webSocket, connectionParams: { apiKey: api.ours.read } });
  const watch = client.iterate({
    query:
      "subscription ($id: ID!) { videoProgress(id: $id) { status jobs { nodes { status tasks { status } } } } }",
    variables: { id: ids[0] ?? "" },
  });
  expect((await watch.next()).value).toEqual({
    data: {
      videoProgress: {
        status: "PLAYABLE",
        jobs: { nodes: [{ status: "RUNNING", tasks: [{ status: "RUNNING" }] }] },
      },
    },
  });
  await watch.return?.();
  await client.dispose();
});

test("posters, previews and downloads of a list take two more queries, regardless of their number", async () => {
  const assets = "id poster { status url } preview { status url } download { status url }";
  const one = await api.ask(`{ videos(first: 1) { nodes { ${assets} } } }`);
  expect(one.errors).toBeUndefined();
  const forOne = api.queries.length;
  api.queries.length = 0;
  await api.ask(`{ videos(first: 5) { nodes { ${assets} } } }`);
  expect(api.queries).toHaveLength(forOne);
  expect(forOne).toBe(3);
});
