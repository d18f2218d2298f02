/** What the log's readers are promised by the API, over real HTTP. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeGlobalId } from "../../schema/global-id.ts";
import { createApiKey } from "../auth/api-keys.ts";
import { createTestEventApis } from "./testing/event-apis.ts";
import { ask, askChanges, changes } from "./testing/receivers.ts";

let system: Awaited<ReturnType<typeof createTestEventApis>>;
let videoIds: string[];
beforeAll(async () => {
  system = await createTestEventApis();
  videoIds = [await system.createVideo(), await system.createVideo()];
  await system.write(videoIds[0] ?? "", ["created", "playable"]);
  await system.write(videoIds[1] ?? "", ["created"]);
  await system.write(videoIds[0] ?? "", ["ready"]);
});
afterAll(() => system[Symbol.asyncDispose]());

const typesIn = ({ events }: { events: { type: string }[] }) => events.map(({ type }) => type);
const codeOf = async (variables: object) =>
  (await askChanges(system.api, variables)).errors?.[0]?.extensions?.code;

test("pages of any size lead from the beginning to the end, and from there on to what is new", async () => {
  const all = await changes(system.api);
  expect(typesIn(all)).toEqual(["video.created", "video.playable", "video.created", "video.ready"]);
  expect(all.hasMore).toBe(false);
  const first = await changes(system.api, { first: 3 });
  expect([typesIn(first).length, first.hasMore]).toEqual([3, true]);
  const second = await changes(system.api, { first: 3, after: first.cursor });
  expect([typesIn(second), second.hasMore]).toEqual([["video.ready"], false]);
  expect(second.cursor).toBe(all.cursor);
});

test("an empty page has a cursor that goes on; every event's own cursor does, too", async () => {
  const { cursor, events } = await changes(system.api);
  const empty = await changes(system.api, { after: cursor });
  expect(empty).toEqual({ events: [], cursor, hasMore: false });
  const rest = await changes(system.api, { after: events[1]?.cursor ?? null });
  expect(rest.events).toEqual(events.slice(2));
});

test("a workspace in which nothing happened yet has a cursor to begin from", async () => {
  const { id } = await system.db.workspace.create({ data: { name: "theirs" } });
  const { token } = await createApiKey(system.db, { workspaceId: id, name: "theirs", scopes: ["READ"] });
  const theirs = { ...system.api, token };
  for (const after of [null, "beginning", "now"]) {
    const { cursor, events } = await changes(theirs, { after });
    expect(events).toEqual([]);
    expect((await changes(theirs, { after: cursor })).cursor).toBe(cursor);
  }
});

test("`now` gives no events, only what comes after it", async () => {
  const now = await changes(system.api, { after: "now" });
  expect(now).toMatchObject({ events: [], hasMore: false });
  expect(now.cursor).toBe((await changes(system.api)).cursor);
});

test("filters leave out, and the cursor goes past what was left out", async () => {
  const all = await changes(system.api);
  const ready = await changes(system.api, { types: ["video.ready", "job.failed"] });
  expect([typesIn(ready), ready.cursor]).toEqual([["video.ready"], all.cursor]);
  const second = await changes(system.api, { videoId: encodeGlobalId("Video", videoIds[1] ?? "") });
  expect([typesIn(second), second.cursor]).toEqual([["video.created"], all.cursor]);
  const both = { types: ["video.created"], videoId: encodeGlobalId("Video", videoIds[0] ?? "") };
  expect(typesIn(await changes(system.api, both))).toEqual(["video.created"]);
  expect((await changes(system.api, { types: [] })).cursor).toBe(all.cursor);
  expect(await changes(system.api, { videoId: "nonsense" })).toMatchObject({
    events: [],
    cursor: all.cursor,
  });
});

test("an event says all that a receiver files it by", async () => {
  const document = `{ changes(first: 2) { events {
    id cursor type at data videoId video { id title externalId status } variantName jobId attemptId } } }`;
  const { data } = await ask<{ changes: { events: Record<string, unknown>[] } }>(system.api, document);
  const id = encodeGlobalId("Video", videoIds[0] ?? "");
  expect(data?.changes.events[0]).toEqual({
    id: expect.any(String),
    cursor: expect.any(String),
    type: "video.created",
    at: expect.stringMatching(/^\d{4}-.*Z$/),
    data: {},
    videoId: id,
    video: { id, title: "clip", externalId: null, status: "AWAITING_SOURCE" },
    variantName: null,
    jobId: null,
    attemptId: null,
  });
});

test("the list `events` has the log's order and takes the log's cursors", async () => {
  const { events } = await changes(system.api);
  const document =
    "query ($after: String) { events(first: 2, after: $after) { edges { cursor node { cursor } } } }";
  const { data } = await ask<{ events: { edges: unknown[] } }>(system.api, document, {
    after: events[0]?.cursor,
  });
  const [, second, third] = events.map(({ cursor }) => ({ cursor, node: { cursor } }));
  expect(data?.events.edges).toEqual([second, third]);
});

test("a page is 0 to 1000 events, whatever is selected", async () => {
  expect((await changes(system.api, { first: 0 })).hasMore).toBe(true);
  expect(await codeOf({ first: 1_001 })).toBe("PAGE_SIZE_INVALID");
  expect(await codeOf({ first: -1 })).toBe("PAGE_SIZE_INVALID");
  const document = `{ changes(first: 1000) { hasMore events { id cursor type at data videoId variantName jobId attemptId
    video { id title externalId status } } } }`;
  expect((await ask(system.api, document)).errors).toBeUndefined();
});

test.each([
  ["no cursor at all", "gibberish", "CURSOR_INVALID"],
  ["an empty one", "", "CURSOR_INVALID"],
  ["a cursor of another list", Buffer.from('["videos","x","y"]').toString("base64url"), "CURSOR_INVALID"],
  [
    "a number that Postgres does not have",
    Buffer.from("e1:99999999999999999999:1").toString("base64url"),
    "CURSOR_INVALID",
  ],
  ["a place beyond the log's end", Buffer.from("e1:999999999:1").toString("base64url"), "CURSOR_UNKNOWN"],
  [
    "a place that was another event's before a restore",
    Buffer.from("e1:1:1").toString("base64url"),
    "CURSOR_UNKNOWN",
  ],
])("%s is refused with what to do", async (_what, after, code) => {
  const [error] = (await askChanges(system.api, { after })).errors ?? [];
  expect(error?.extensions?.code).toBe(code);
  expect(error?.message).toMatch(/"now"/);
});

test("another workspace's cursor is refused, and nothing of it is told", async () => {
  const { id } = await system.db.workspace.create({ data: { name: "others" } });
  const { token } = await createApiKey(system.db, { workspaceId: id, name: "others", scopes: ["READ"] });
  const { cursor } = await changes(system.api);
  const { errors } = await askChanges({ ...system.api, token }, { after: cursor });
  expect(errors?.[0]?.extensions?.code).toBe("CURSOR_UNKNOWN");
});

test("a type that cannot be one is refused, as it would silently match nothing", async () => {
  expect(await codeOf({ types: ["VIDEO_READY"] })).toBe("EVENT_TYPE_INVALID");
  expect(await codeOf({ types: Array.from({ length: 51 }, () => "video.ready") })).toBe("EVENT_TYPE_INVALID");
});

test("without an API key there is no log", async () => {
  const { errors } = await askChanges({ ...system.api, token: "none" });
  expect(errors?.[0]?.extensions?.code).toBe("UNAUTHENTICATED");
});

test("a page says the same in Relay's words, for clients that page all lists alike", async () => {
  const query = `{ changes(first: 2) { cursor hasMore events { id cursor } nodes { id } edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  const answer = await ask<{
    changes: {
      cursor: string;
      hasMore: boolean;
      events: { id: string; cursor: string }[];
      nodes: unknown;
      edges: unknown;
      pageInfo: unknown;
    };
  }>(system.api, query);
  const page = answer.data?.changes;
  expect(page?.hasMore).toBe(true);
  expect(page?.nodes).toEqual(page?.events.map(({ id }) => ({ id })));
  expect(page?.edges).toEqual(page?.events.map(({ id, cursor }) => ({ cursor, node: { id } })));
  expect(page?.pageInfo).toEqual({
    hasNextPage: true,
    hasPreviousPage: false,
    startCursor: page?.events[0]?.cursor,
    endCursor: page?.cursor,
  });
});
