import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { Client } from "pg";
import { expect, test } from "vitest";
import { createTestDatabase, eventually } from "../../tests/kit/index.ts";
import { isOutage } from "../http/is-outage.ts";
import { startMuteProxy } from "../testing/mute-proxy.ts";
import { createDatabase, type DatabaseOptions } from "./database.ts";

async function open(url: string, options?: DatabaseOptions) {
  const db = createDatabase(url, options);
  return { db, [Symbol.asyncDispose]: () => db.$disconnect() };
}

/** Rows of a query on a separate connection. */
async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
}

const ours = "application_name = 'reelay-api' AND datname = current_database()";
/** Cuts every connection of our application, as a restart of the server does. */
const cutAll = (url: string) =>
  ask(url, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${ours}`);
const sleeping = (url: string) =>
  ask(url, `SELECT 1 FROM pg_stat_activity WHERE ${ours} AND wait_event = 'PgSleep'`);

test("a lock held by a paused process is released after a timeout", async () => {
  await using database = await createTestDatabase();
  await using opened = await open(database.url);
  const { id: workspaceId } = await opened.db.workspace.create({ data: { name: "w" } });
  const { id } = await opened.db.video.create({
    data: { workspaceId, title: "v", profile: "default", status: "PROCESSING" },
  });
  const script = join(import.meta.dirname, "../testing/hold-lock-process.ts");
  const paused = spawn(process.execPath, ["--no-deprecation", script, database.url, id, "1000"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await once(paused.stdout, "data");
    paused.kill("SIGSTOP");
    const locked = () =>
      opened.db.$queryRaw<unknown[]>`SELECT 1 FROM videos WHERE id = ${id}::uuid FOR UPDATE SKIP LOCKED`;
    expect(await locked()).toEqual([]);
    await eventually(async () => (await locked()).length === 1, "the paused process's lock is taken from it");
  } finally {
    paused.kill("SIGKILL");
    await once(paused, "close");
  }
});

test("waiting for a lock times out with a retriable error", async () => {
  await using database = await createTestDatabase();
  await using opened = await open(database.url, { limits: { lockMs: 100 } });
  const { id } = await opened.db.workspace.create({ data: { name: "w" } });
  await opened.db.$transaction(async (tx) => {
    await tx.workspace.update({ where: { id }, data: { name: "mine" } });
    const other = opened.db.workspace.update({ where: { id }, data: { name: "theirs" } });
    await expect(other).rejects.toSatisfy(isOutage);
  });
});

test("a connection that breaks while idle, in a query or between two fails only the operation that uses it", async () => {
  await using database = await createTestDatabase();
  await using opened = await open(database.url, { poolSize: 3 });
  const { db } = opened;
  // More often than there are connections: none is lost to the pool.
  for (let round = 0; round < 5; round += 1) {
    await Promise.all([db.workspace.count(), db.workspace.count(), db.workspace.count()]);
    expect(await cutAll(database.url)).not.toEqual([]);
    await eventually(() => db.workspace.count().then(() => true), "the pool has good connections again");
    const asleep = db.$queryRaw`SELECT pg_sleep(60)::text`;
    const inBetween = db.$transaction(async (tx) => {
      await tx.workspace.count();
      // Started, so that the connection breaks within the transaction.
      await eventually(async () => (await sleeping(database.url)).length === 1, "the other query sleeps");
      await cutAll(database.url);
      await tx.workspace.count();
    });
    const ended = await Promise.allSettled([asleep, inBetween]);
    expect(ended.map((end) => end.status === "rejected" && isOutage(end.reason))).toEqual([true, true]);
  }
  await eventually(() => db.workspace.count().then(() => true), "the pool has good connections again");
});

test("a query that gets no connection in time fails as a retriable outage", async () => {
  await using database = await createTestDatabase();
  await using opened = await open(database.url, { poolSize: 1 });
  const held = Promise.withResolvers<void>();
  const holding = opened.db.$transaction(() => held.promise);
  const late = opened.db.$transaction(async (tx) => tx.workspace.count(), { maxWait: 50 });
  await expect(late).rejects.toSatisfy(isOutage);
  held.resolve();
  await holding;
  await using nowhere = await open("postgres://missing@127.0.0.1:1/nothing");
  await expect(nowhere.db.workspace.count()).rejects.toSatisfy(isOutage);
});

test("a silent connection is abandoned", async () => {
  await using database = await createTestDatabase();
  await using proxy = await startMuteProxy(database.url);
  await using opened = await open(proxy.url, { poolSize: 1, limits: { silenceMs: 3_000 } });
  await opened.db.workspace.count();
  proxy.mute(true);
  await expect(opened.db.workspace.count()).rejects.toSatisfy(isOutage);
  proxy.mute(false);
  expect(await opened.db.workspace.count()).toBe(0);
});

/** One message of PostgreSQL's protocol 3.0, https://www.postgresql.org/docs/current/protocol-message-formats.html */
function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + body.length);
  return Buffer.concat([Buffer.from(type), length, body]);
}

test("a server that ends in the very moment in which it is ready fails the transaction, not the process", async () => {
  // One write, so that the client reads both before anybody has taken the connection.
  const readyThenGone = Buffer.concat([
    message("R", Buffer.from([0, 0, 0, 0])),
    message("Z", Buffer.from("I")),
    message(
      "E",
      Buffer.from("SFATAL\0C57P02\0Mterminating connection due to unexpected postmaster exit\0\0"),
    ),
  ]);
  const server = createServer((socket) =>
    socket.on("error", () => undefined).once("data", () => socket.end(readyThenGone)),
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  await using opened = await open(`postgresql://reelay@127.0.0.1:${port}/reelay`);
  try {
    await expect(opened.db.$transaction((tx) => tx.workspace.count())).rejects.toSatisfy(isOutage);
  } finally {
    server.close();
  }
});
