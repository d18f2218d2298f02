/** What the database itself promises of the log. */
import { Client } from "pg";
import { expect, test } from "vitest";
import { eventually } from "../../tests/kit/index.ts";
import { type EventStart, forgetEvents, sequenceEvents } from "./index.ts";
import { createTestEventLogs, type TestEventLogs } from "./testing/event-logs.ts";

const everything = { after: "beginning" as EventStart, filter: {}, size: 1_000 };

async function readTypes({ log, workspaceId }: TestEventLogs): Promise<string[]> {
  const { events } = await log.changes({ ...everything, workspaceId });
  return events.map(({ type }) => type);
}

async function connect({ url }: { url: string }): Promise<Client & AsyncDisposable> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}

/** How many sessions of this database wait for a lock. */
async function waitingFor(client: Client): Promise<number> {
  const { rows } = await client.query<{ count: string }>(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  );
  return Number(rows[0]?.count);
}

test("sequencing refuses to run inside a transaction, so no caller can block it", async () => {
  await using system = await createTestEventLogs();
  await system.write(await system.createVideo(), ["created"]);
  await using client = await connect(system);
  await client.query("BEGIN");
  await expect(client.query("CALL sequence_events()")).rejects.toThrow("invalid transaction termination");
  await client.query("ROLLBACK");
  expect(await readTypes(system)).toEqual(["video.created"]);
});

test("a sequencing lock that is held blocks one connection per process, and all readers continue afterwards", async () => {
  await using system = await createTestEventLogs();
  const videoId = await system.createVideo();
  await system.write(videoId, ["created"]);
  await using holder = await connect(system);
  await holder.query("SELECT pg_advisory_lock(x'726576656e7473'::bigint)");
  const readers = Array.from({ length: 50 }, () => readTypes(system));
  await eventually(async () => (await waitingFor(holder)) === 1, "one of them waits in the database");
  await system.write(videoId, ["ready"]);
  const late = readTypes(system);
  await holder.query("SELECT pg_advisory_unlock(x'726576656e7473'::bigint)");
  expect(await late).toEqual(["video.created", "video.ready"]);
  for (const types of await Promise.all(readers)) expect(types[0]).toBe("video.created");
});

test("events that commit while sequencing waits get one position, whatever the default isolation level", async () => {
  await using system = await createTestEventLogs();
  const videoId = await system.createVideo();
  await system.write(videoId, ["created"]);
  await using holder = await connect(system);
  await using other = await connect(system);
  await other.query("SET default_transaction_isolation = 'repeatable read'");
  // The lock that sequencing takes.
  await holder.query("SELECT pg_advisory_lock(x'726576656e7473'::bigint)");
  const waiting = other.query("CALL sequence_events()");
  await system.write(videoId, ["ready"]);
  await holder.query("SELECT pg_advisory_unlock(x'726576656e7473'::bigint)");
  await waiting;
  expect(await readTypes(system)).toEqual(["video.created", "video.ready"]);
});

test("a log entry is immutable and cannot be inserted with a position", async () => {
  await using system = await createTestEventLogs();
  const videoId = await system.createVideo();
  await system.write(videoId, ["created"]);
  await using client = await connect(system);
  const edits = [
    "UPDATE events SET type = 'video.other'",
    "UPDATE events SET position = 7, at = now()",
    "UPDATE events SET position = NULL",
  ];
  for (const edit of edits) await expect(client.query(edit)).rejects.toThrow("is history");
  await sequenceEvents(system.db);
  await expect(client.query("UPDATE events SET position = position + 1")).rejects.toThrow("is history");
  await expect(client.query("UPDATE events SET position = NULL")).rejects.toThrow("is history");
  const insert = "INSERT INTO events (workspace_id, video_id, type, position) VALUES ($1, $2, 'video.x', 9)";
  await expect(client.query(insert, [system.workspaceId, videoId])).rejects.toThrow(
    "cannot be written with a position",
  );
  expect(await readTypes(system)).toEqual(["video.created"]);
});

test("a large backlog of unsequenced events is read in the order in which it was written", async () => {
  await using system = await createTestEventLogs();
  await system.writeMany(await system.createVideo(), 12_500);
  const numbers: unknown[] = [];
  let after: EventStart = "beginning";
  for (let hasMore = true; hasMore; ) {
    const page = await system.log.changes({ ...everything, workspaceId: system.workspaceId, after });
    numbers.push(...page.events.map(({ data }) => (data as { number: number }).number));
    ({ place: after, hasMore } = page);
  }
  expect(numbers).toEqual(Array.from({ length: 12_500 }, (_, index) => index + 1));
});

test("a follower survives the loss of all database connections", async () => {
  await using system = await createTestEventLogs();
  const videoId = await system.createVideo();
  await system.write(videoId, ["created"]);
  const stop = new AbortController();
  const target = { workspaceId: system.workspaceId, after: "beginning" as const, filter: {} };
  const stream = await system.log.follow(target, stop.signal);
  expect((await stream.next()).value?.type).toBe("video.created");
  const next = stream.next();
  await using client = await connect(system);
  await client.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
  );
  await client.query("INSERT INTO events (workspace_id, video_id, type) VALUES ($1, $2, 'video.ready')", [
    system.workspaceId,
    videoId,
  ]);
  expect((await next).value?.type).toBe("video.ready");
  stop.abort();
  expect((await stream.next()).done).toBe(true);
});

test("old events are deleted from the start; a receiver that missed some gets an error, others continue", async () => {
  await using system = await createTestEventLogs();
  const { workspaceId, log } = system;
  const videoId = await system.createVideo();
  const { id: quiet } = await system.db.workspace.create({ data: { name: "quiet" } });
  const quietVideo = await system.createVideo(quiet);
  const empty = await log.changes({ ...everything, workspaceId });
  await system.write(quietVideo, ["created"], quiet);
  const ofQuiet = await log.changes({ ...everything, workspaceId: quiet });
  await system.write(videoId, ["created", "playable"]);
  const page = await log.changes({ ...everything, workspaceId, size: 1 });
  const last = await log.changes({ ...everything, workspaceId });
  const now = new Date(Date.now() + 1);
  expect(await forgetEvents(system.db, new Date(0))).toBe(0);
  expect(await forgetEvents(system.db, now)).toBe(3);

  const goOn = (after: EventStart, of = workspaceId) =>
    log.changes({ ...everything, workspaceId: of, after });
  for (const { place } of [empty, page]) {
    await expect(goOn(place)).rejects.toMatchObject({ code: "CURSOR_EXPIRED", field: "after" });
  }
  expect(await goOn("beginning")).toMatchObject({ events: [], hasMore: false });
  expect((await goOn(last.place)).place).toEqual(last.place);
  expect((await goOn(ofQuiet.place, quiet)).events).toEqual([]);
  await system.write(videoId, ["ready"]);
  for (const after of [last.place, "beginning" as const, (await goOn("beginning")).place]) {
    const { events } = await goOn(after);
    expect(events.map(({ type }) => type)).toEqual(
      after === last.place || after === "beginning" ? ["video.ready"] : [],
    );
  }
});

test("concurrent processes that delete old events delete each event once", async () => {
  await using system = await createTestEventLogs();
  await system.writeMany(await system.createVideo(), 3_500);
  const until = new Date(Date.now() + 1_000);
  const counts = await Promise.all(Array.from({ length: 4 }, () => forgetEvents(system.db, until)));
  const rest = await forgetEvents(system.db, until);
  expect([...counts, rest].reduce((sum, count) => sum + count)).toBe(3_500);
  expect(await readTypes(system)).toEqual([]);
});
