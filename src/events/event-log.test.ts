/**
 * The log's promises, on real Postgres and with as many processes' logs as are needed; no server in between.
 */
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import { expect, test } from "vitest";
import { eventually } from "../../tests/kit/index.ts";
import type { EventLog, EventStart, LoggedEvent } from "./index.ts";
import { recordChange } from "./record-change.ts";
import { createTestEventLogs, type TestEventLogs } from "./testing/event-logs.ts";
import { type Written, writeAtRandom } from "./testing/writers.ts";

const tokenOf = (event: LoggedEvent) => (event.data as { token: string }).token;

/** Pages until `isOver` and nothing is left, polling meanwhile as a receiver does. */
async function readAll(
  log: EventLog,
  { workspaceId }: Pick<TestEventLogs, "workspaceId">,
  size: number,
  isOver: () => boolean,
): Promise<LoggedEvent[]> {
  const read: LoggedEvent[] = [];
  let after: EventStart = "beginning";
  for (;;) {
    const wasOver = isOver();
    const page = await log.changes({ workspaceId, after, filter: {}, size });
    read.push(...page.events);
    after = page.place;
    if (page.hasMore) continue;
    if (wasOver) return read;
    await delay(10 * Math.random());
  }
}

/** Follows until `untilCount` events have arrived, once that number is known. */
async function followAll(
  log: EventLog,
  { workspaceId }: Pick<TestEventLogs, "workspaceId">,
  untilCount: Promise<number>,
): Promise<LoggedEvent[]> {
  const stop = new AbortController();
  const read: LoggedEvent[] = [];
  let count = Number.POSITIVE_INFINITY;
  const stopWhenThere = () => {
    if (read.length >= count) stop.abort();
  };
  void untilCount.then((known) => {
    count = known;
    stopWhenThere();
  });
  for await (const event of await log.follow({ workspaceId, after: "beginning", filter: {} }, stop.signal)) {
    read.push(event);
    stopWhenThere();
  }
  return read;
}

function expectCommitOrder(events: readonly LoggedEvent[], committed: readonly Written[]): void {
  const revisions = new Map(committed.map(({ token, revision }) => [token, revision]));
  const reached = new Map<string, number>();
  for (const event of events) {
    const revision = revisions.get(tokenOf(event)) ?? -1;
    const videoId = event.videoId ?? "";
    expect(revision).toBeGreaterThanOrEqual(reached.get(videoId) ?? 0);
    reached.set(videoId, revision);
  }
}

test("concurrent readers at any process receive exactly the committed events, once and in one order", async () => {
  await using system = await createTestEventLogs(2);
  const videoIds = await Promise.all(Array.from({ length: 6 }, () => system.createVideo()));
  let isOver = false;
  const writing = writeAtRandom(system, videoIds, { writers: 12, transactions: 12 });
  const count = writing.then((written) => {
    isOver = true;
    return written.length;
  });
  const readers = system.logs.flatMap((log) => [
    readAll(log, system, 1, () => isOver),
    readAll(log, system, 7, () => isOver),
    readAll(log, system, 1_000, () => isOver),
    followAll(log, system, count),
  ]);
  const committed = await writing;
  const [first = [], ...others] = await Promise.all(readers);
  expect(committed.length).toBeGreaterThan(100);
  expect(first.map(tokenOf).sort()).toEqual(committed.map(({ token }) => token).sort());
  for (const other of others) expect(other.map(tokenOf)).toEqual(first.map(tokenOf));
  expectCommitOrder(first, committed);
});

test("an event that commits late is appended to the log, so no reader misses it", async () => {
  await using system = await createTestEventLogs();
  const [slow, quick] = [await system.createVideo(), await system.createVideo()];
  const client = new Client({ connectionString: system.url });
  await client.connect();
  await client.query("BEGIN");
  const insert =
    "INSERT INTO events (workspace_id, video_id, type) VALUES ($1, $2, 'video.slow') RETURNING id";
  const { rows } = await client.query<{ id: string }>(insert, [system.workspaceId, slow]);
  await system.write(quick, ["quick"]);

  const target = { workspaceId: system.workspaceId, filter: {}, size: 10 };
  const before = await system.log.changes({ ...target, after: "beginning" });
  expect(before.events.map(({ type }) => type)).toEqual(["video.quick"]);
  expect(Number(before.events[0]?.id)).toBeGreaterThan(Number(rows[0]?.id));
  await client.query("COMMIT");
  await client.end();
  const after = await system.log.changes({ ...target, after: before.place });
  expect(after.events.map(({ type }) => type)).toEqual(["video.slow"]);
  expect(after.hasMore).toBe(false);
});

test("two conflicting changes of one video are logged in the order of their commits", async () => {
  await using system = await createTestEventLogs();
  const { db, workspaceId } = system;
  const videoId = await system.createVideo();
  const second = await db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM videos WHERE id = ${videoId}::uuid FOR UPDATE`;
    const waiting = system.write(videoId, ["second"]);
    await eventually(async () => {
      const [row] = await db.$queryRaw<{ waits: boolean }[]>`
        SELECT EXISTS (SELECT FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock') AS waits`;
      return row?.waits ?? false;
    }, "the second one waits for the first");
    await recordChange(tx, { workspaceId, videoId }, [{ type: "video.first" }]);
    return { waiting };
  });
  await second.waiting;
  const { events } = await system.log.changes({ workspaceId, after: "beginning", filter: {}, size: 10 });
  expect(events.map(({ type }) => type)).toEqual(["video.first", "video.second"]);
});
