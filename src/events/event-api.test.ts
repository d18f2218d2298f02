/** What the log's readers are promised by the API, over real HTTP. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createApiKey } from "../auth/api-keys.ts";
import { encodeGlobalId } from "../inputs/global-id.ts";
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

test("pages of any size return all events in order, and their last cursor continues with new events", async () => {
  const all = await changes(system.api);
  expect(typesIn(all)).toEqual(["video.created", "video.playable", "video.created", "video.ready"]);
  expect(all.hasMore).toBe(false);
  const first = await changes(system.api, { first: 3 });
  expect([typesIn(first).length, first.hasMore]).toEqual([3, true]);
  const second = await changes(system.api, { first: 3, after: first.cursor });
  expect([typesIn(second), second.hasMore]).toEqual([["video.ready"], false]);
  expect(second.cursor).toBe(all.cursor);
});

test("the cursor of an empty page and that of every event continue the log", async () => {
  const { cursor, events } = await changes(system.api);
  const empty = await changes(system.api, { after: cursor });
  expect(empty).toEqual({ events: [], cursor, hasMore: false });
  const rest = await changes(system.api, { after: events[1]?.cursor ?? null });
  expect(rest.events).toEqual(events.slice(2));
});

test("a workspace without events has a cursor to start from", async () => {
  const { id } = await system.db.workspace.create({ data: { name: "theirs" } });
  const { token } = await createApiKey(system.db, { workspaceId: id, name: "theirs", scopes: ["READ"] });
  const theirs = { ...system.api, token };
  for (const after of [null, "beginning", "now"]) {
    const { cursor, events } = await changes(theirs, { after });
    expect(events).toEqual([]);
    expect((await changes(theirs, { after: cursor })).cursor).toBe(cursor);
  }
});

test("`now` returns no events, only a cursor for later ones", async () => {
  const now = await changes(system.api, { after: "now" });
  expect(now).toMatchObject({ events: [], hasMore: false });
  expect(now.cursor).toBe((await changes(system.api)).cursor);
});

test("filters omit events, and the cursor moves past them", async () => {
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

test("an event contains every field by which a receiver files it", async () => {
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

test("the `events` list has the log's order and accepts the log's cursors", async () => {
  const { events } = await changes(system.api);
  const document =
    "query ($after: String) { events(first: 2, after: $after) { edges { cursor node { cursor } } } }";
  const { data } = await ask<{ events: { edges: unknown[] } }>(system.api, document, {
    after: events[0]?.cursor,
  });
  const [, second, third] = events.map(({ cursor }) => ({ cursor, node: { cursor } }));
  expect(data?.events.edges).toEqual([second, third]);
});

test("a page holds 0 to 1000 events, regardless of the selected fields", async () => {
  expect((await changes(system.api, { first: 0 })).hasMore).toBe(true);
  expect(await codeOf({ first: 1_001 })).toBe("PAGE_SIZE_INVALID");
  expect(await codeOf({ first: -1 })).toBe("PAGE_SIZE_INVALID");
  const document = `{ changes(first: 1000) { hasMore events { id cursor type at data videoId variantName jobId attemptId
    video { id title externalId status } } } }`;
  expect((await ask(system.api, document)).errors).toBeUndefined();
});

test.each([
  ["a text that is not a cursor", "gibberish", "CURSOR_INVALID"],
  ["an empty cursor", "", "CURSOR_INVALID"],
  ["a cursor of another list", Buffer.from('["videos","x","y"]').toString("base64url"), "CURSOR_INVALID"],
  ["an unencrypted position", Buffer.from("e1:1:1").toString("base64url"), "CURSOR_INVALID"],
  ["a text of a cursor's length", "A".repeat(22), "CURSOR_INVALID"],
  ["a position beyond the log's end", { position: 999_999_999n, atMs: 1 }, "CURSOR_UNKNOWN"],
  ["a position that had another event before a restore", { position: 1n, atMs: 1 }, "CURSOR_UNKNOWN"],
])("%s is refused with the remedy", async (_what, place, code) => {
  const after = typeof place === "string" ? place : system.log.codec.encodeCursor(place);
  const [error] = (await askChanges(system.api, { after })).errors ?? [];
  expect(error?.extensions?.code).toBe(code);
  expect(error?.message).toMatch(/"now"/);
});

test("another workspace's cursor is refused without revealing anything", async () => {
  const { id } = await system.db.workspace.create({ data: { name: "others" } });
  const { token } = await createApiKey(system.db, { workspaceId: id, name: "others", scopes: ["READ"] });
  const { cursor } = await changes(system.api);
  const { errors } = await askChanges({ ...system.api, token }, { after: cursor });
  expect(errors?.[0]?.extensions?.code).toBe("CURSOR_UNKNOWN");
});

test("neither cursors nor ids reveal how many events other workspaces have", async () => {
  const { id } = await system.db.workspace.create({ data: { name: "watcher" } });
  const { token } = await createApiKey(system.db, { workspaceId: id, name: "watcher", scopes: ["READ"] });
  const theirs = { ...system.api, token };
  const empty = await changes(theirs, { after: "now" });
  const videoId = await system.createVideo(id);
  const busy = await system.createVideo();
  await system.writeMany(busy, 500);
  await changes(system.api, { first: 0 });
  // The place of an empty log does not move when events are written elsewhere.
  expect((await changes(theirs, { after: "now" })).cursor).toBe(empty.cursor);
  for (const others of [0, 1, 300]) {
    await system.write(videoId, ["updated", "updated"], id);
    await system.writeMany(busy, others);
    await changes(system.api, { first: 0 });
  }
  const { events } = await changes(theirs);
  expect(events).toHaveLength(6);
  const ids = await idsIn(theirs);
  const texts = [
    events.map(({ cursor }) => cursor),
    ids.map((eventId) => Buffer.from(eventId, "base64").toString().replace("Event:", "")),
  ];
  for (const marks of texts) {
    expect(new Set(marks).size).toBe(6);
    const blocks = marks.map((mark) => Buffer.from(mark, "base64url"));
    expect(blocks.map(({ length }) => length)).toEqual([16, 16, 16, 16, 16, 16]);
    for (const [index, block] of blocks.entries()) {
      // About half of the 128 bits differ, no matter how few events are in between: 24 or fewer by chance
      // once in 10^12 pairs.
      const distances = blocks.slice(index + 1).map((other) => differingBits(block, other));
      expect(Math.min(128, ...distances)).toBeGreaterThan(24);
    }
  }
  // The same event has the same cursor and id whenever it is read.
  expect((await changes(theirs)).events).toEqual(events);
  expect(await idsIn(theirs)).toEqual(ids);
});

const idsIn = async (api: { url: string; token: string }): Promise<string[]> => {
  const { data } = await ask<{ changes: { events: { id: string }[] } }>(api, "{ changes { events { id } } }");
  return data?.changes.events.map(({ id }) => id) ?? [];
};

const differingBits = (one: Buffer, other: Buffer): number =>
  one.reduce(
    (sum, byte, index) => sum + (byte ^ (other[index] ?? 0)).toString(2).replaceAll("0", "").length,
    0,
  );

test("an invalid event type is refused, as it would silently match nothing", async () => {
  expect(await codeOf({ types: ["VIDEO_READY"] })).toBe("EVENT_TYPE_INVALID");
  expect(await codeOf({ types: Array.from({ length: 51 }, () => "video.ready") })).toBe("EVENT_TYPE_INVALID");
});

test("the log requires an API key", async () => {
  const { errors } = await askChanges({ ...system.api, token: "none" });
  expect(errors?.[0]?.extensions?.code).toBe("UNAUTHENTICATED");
});
