import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eventually } from "../../tests/kit/eventually.ts";
import { freePort } from "../../tests/kit/free-port.ts";
import { locatePostgresBinaries } from "./binaries.ts";
import { readPostmasterFile, untilReady } from "./postmaster.ts";
import { chooseRunAs } from "./run-as.ts";
import { serverSettings } from "./settings.ts";
import { startPostgres } from "./start-postgres.ts";

let parent: string;
let directory: string;

beforeEach(async () => {
  // mkdtemp creates it with mode 0700: for root this is a clone that only root may enter.
  parent = await mkdtemp(path.join(tmpdir(), "reelay-postgres-"));
  directory = path.join(parent, "database");
});
afterEach(() => rm(parent, { recursive: true, force: true }));

const start = (extra: { port?: number } = {}) => startPostgres({ directory, durable: false, ...extra });

async function query<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

test("an empty folder becomes a UTF-8 database on loopback, with a password that only its owner can read", async () => {
  await using postgres = await start();
  const [row] = await query(postgres.url, "SELECT current_database(), lower('É'), version()");
  expect(row).toMatchObject({ current_database: "reelay", lower: "é", version: /PostgreSQL 18/ });
  expect((await stat(path.join(directory, "cluster/reelay-password"))).mode & 0o777).toBe(0o600);
  await expect(query(postgres.url.replace(/postgres:[^@]*@/, "postgres:wrong@"), "SELECT 1")).rejects.toThrow(
    /password authentication failed/,
  );
});

test("data survives a stop and a start, and a stop leaves no process and no claim", async () => {
  {
    await using postgres = await start();
    await query(postgres.url, "CREATE TABLE kept AS SELECT 42 AS answer");
  }
  expect(await readPostmasterFile(path.join(directory, "cluster"))).toBeUndefined();
  await expect(stat(path.join(directory, "owner.json"))).rejects.toThrow(/ENOENT/);
  await using again = await start();
  expect(await query(again.url, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
});

test("a server killed with -9 is detected, and the next start recovers what was committed", async () => {
  {
    await using postgres = await start();
    await query(postgres.url, "CREATE TABLE kept AS SELECT 42 AS answer");
    process.kill(postgres.pid, "SIGKILL");
    expect(await postgres.exited).toEqual({ code: null, signal: "SIGKILL" });
  }
  await using again = await start();
  expect(await query(again.url, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
});

test("a kept server that dies is restarted on its port, and gives up at the fourth death within a minute", async () => {
  const events: string[] = [];
  const log = {
    info: (_fields: object, event: string) => events.push(event),
    warn: (_fields: object, event: string) => events.push(event),
  };
  // No other process takes it while the server is down.
  const port = await freePort();
  await using postgres = await startPostgres({ directory, port, durable: false, isKept: true, log });
  await query(postgres.url, "CREATE TABLE kept AS SELECT 42 AS answer");
  for (let deaths = 1; deaths <= 3; deaths++) {
    const { pid } = postgres;
    process.kill(pid, "SIGKILL");
    await eventually(() => postgres.pid !== pid, "another server runs");
    expect(await query(postgres.url, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
  }
  process.kill(postgres.pid, "SIGKILL");
  expect(await postgres.exited).toEqual({ code: null, signal: "SIGKILL" });
  const cycle = ["postgres.ended", "postgres.restarted"];
  expect(events).toEqual(["postgres.started", ...cycle, ...cycle, ...cycle, "postgres.ended"]);
});

test("a kept server that dies during a stop is not restarted", async () => {
  let pid: number;
  {
    await using postgres = await startPostgres({ directory, durable: false, isKept: true });
    ({ pid } = postgres);
    process.kill(pid, "SIGKILL");
  }
  expect(await readPostmasterFile(path.join(directory, "cluster"))).toSatisfy(
    (left: { pid: number } | undefined) => left === undefined || left.pid === pid,
  );
});

test("a server that a killed run left behind is stopped, and its data is served", async () => {
  {
    await using postgres = await start();
    await query(postgres.url, "CREATE TABLE kept AS SELECT 42 AS answer");
  }
  const leftover = await startLeftover();
  const warned: string[] = [];
  await using again = await startPostgres({
    directory,
    durable: false,
    log: { info: () => {}, warn: (fields, event) => warned.push(`${event} ${JSON.stringify(fields)}`) },
  });
  expect(warned).toEqual([`postgres.leftover-stopped {"pid":${leftover.pid},"directory":"${directory}"}`]);
  expect(await query(again.url, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
});

test("a second start on a folder in use is refused, names the process that uses it, and does no harm", async () => {
  await using first = await start();
  await expect(start()).rejects.toMatchObject({
    code: "DIRECTORY_IN_USE",
    message: `The database in ${directory} is in use by process ${process.pid}: stop that process, or choose another folder.`,
  });
  expect(await query(first.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("neither a dead process's claim nor a pid file with a foreign process blocks the start", async () => {
  {
    await using _ = await start();
  }
  await writeFile(path.join(directory, "owner.json"), JSON.stringify({ pid: 1, startedAt: "long ago" }));
  const cluster = path.join(directory, "cluster");
  await writeFile(
    path.join(cluster, "postmaster.pid"),
    `${process.pid}\n${cluster}\n1\n5432\n\n127.0.0.1\n\nready\n`,
  );
  await using postgres = await start();
  expect(await query(postgres.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("an interrupted initdb is repeated", async () => {
  await mkdir(path.join(directory, "cluster.new/base"), { recursive: true });
  await writeFile(path.join(directory, "cluster.new/PG_VERSION"), "18\n");
  await using postgres = await start();
  expect(await query(postgres.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("data of another major version is refused with the remedy, and left unchanged", async () => {
  await mkdir(path.join(directory, "cluster"), { recursive: true });
  await writeFile(path.join(directory, "cluster/PG_VERSION"), "16\n");
  await expect(start()).rejects.toMatchObject({
    code: "OTHER_VERSION",
    message: `${directory} holds data of PostgreSQL 16, but this Reelay runs PostgreSQL 18: move the data over with pg_dump and pg_restore, or start with another data folder.`,
  });
  expect(await readFile(path.join(directory, "cluster/PG_VERSION"), "utf8")).toBe("16\n");
});

test("a port in use is reported with the remedy", async () => {
  await using taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const address = taken.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await expect(start({ port })).rejects.toMatchObject({
    code: "PORT_TAKEN",
    message: `Port ${port} on 127.0.0.1 is in use, so PostgreSQL cannot listen there: stop the program that uses it, or choose another port.`,
  });
});

/** Simulates a server left behind by a run killed with -9, where nothing ends it with its parent. */
async function startLeftover(): Promise<{ pid: number }> {
  const { postgres } = await locatePostgresBinaries();
  const { owner, prefix } = await chooseRunAs(directory, [postgres]);
  const cluster = path.join(directory, "cluster");
  const withoutDeathSignal = prefix.filter((word) => word !== "--pdeathsig" && word !== "INT");
  const settings = serverSettings({ port: await freePort(), durable: false });
  const [program = "", ...args] = [
    ...(withoutDeathSignal.length > 1 ? withoutDeathSignal : []),
    postgres,
    "-D",
    cluster,
    ...settings,
  ];
  const child = spawn(program, args, {
    cwd: "/",
    stdio: "ignore",
    detached: true,
    ...(program === "setpriv" ? {} : owner),
  });
  await untilReady(cluster, child.pid ?? 0, AbortSignal.timeout(100_000));
  return { pid: child.pid ?? 0 };
}
