import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createTestDatabase, eventually } from "../tests/kit/index.ts";
import { applyMigrations } from "./apply-migrations.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "reelay-migrations-"));
  await write("1_people", "CREATE TABLE people (name text);\nINSERT INTO people VALUES ('a;b');");
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function write(name: string, sql: string): Promise<void> {
  await mkdir(path.join(directory, name), { recursive: true });
  await writeFile(path.join(directory, name, "migration.sql"), sql);
}

async function rows(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test("this build's migrations create every table, and a second call changes nothing", async () => {
  await using database = await createTestDatabase({ empty: true });
  expect((await applyMigrations({ url: database.url })).applied).toContain("0001_initial");
  expect(await applyMigrations({ url: database.url })).toEqual({ applied: [] });
  expect(await rows(database.url, "SELECT to_regclass('videos') IS NOT NULL AS found")).toEqual([
    { found: true },
  ]);
});

test("a database that lacks many migrations is upgraded without a warning", async () => {
  for (let number = 10; number < 30; number += 1)
    await write(`${number}_more`, `CREATE TABLE more_${number} ();`);
  const warnings: string[] = [];
  const note = ({ message }: Error) => warnings.push(message);
  process.on("warning", note);
  await using database = await createTestDatabase({ empty: true });
  expect((await applyMigrations({ url: database.url, directory })).applied).toHaveLength(21);
  await setImmediate();
  process.off("warning", note);
  expect(warnings).toEqual([]);
});

test("one of several concurrently starting processes applies each migration, and the others wait for it", async () => {
  await using database = await createTestDatabase({ empty: true });
  await write("2_more", "SELECT pg_sleep(0.1);\nCREATE TABLE more ();");
  const results = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const { applied } = await applyMigrations({ url: database.url, directory });
      const [found] = await rows(database.url, "SELECT to_regclass('more') IS NOT NULL AS found");
      return { applied, found };
    }),
  );
  expect(results.flatMap(({ applied }) => applied)).toEqual(["1_people", "2_more"]);
  expect(results.map(({ found }) => found)).toEqual(Array.from({ length: 4 }, () => ({ found: true })));
});

test("a database whose first migration fails stays empty, so the next start applies it", async () => {
  await using database = await createTestDatabase({ empty: true });
  await write("1_people", "CREATE TABLE people ();\nSELECT 1 / 0;");
  await expect(applyMigrations({ url: database.url, directory })).rejects.toMatchObject({
    code: "MIGRATION_FAILED",
  });
  await write("1_people", "CREATE TABLE people ();");
  expect(await applyMigrations({ url: database.url, directory })).toEqual({ applied: ["1_people"] });
});

test("semicolons in texts and function bodies do not split statements", async () => {
  await using database = await createTestDatabase({ empty: true });
  await write(
    "2_function",
    "CREATE FUNCTION greet() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN 'hi;'; END $$;",
  );
  await applyMigrations({ url: database.url, directory });
  expect(await rows(database.url, "SELECT name, greet() FROM people")).toEqual([
    { name: "a;b", greet: "hi;" },
  ]);
});

test("a failed migration is rolled back, keeps the ones before it, and succeeds once the data is corrected", async () => {
  await using database = await createTestDatabase({ empty: true });
  await write(
    "2_broken",
    "CREATE TABLE half ();\nALTER TABLE people ADD CONSTRAINT short CHECK (length(name) < 2);",
  );
  await expect(applyMigrations({ url: database.url, directory })).rejects.toMatchObject({
    code: "MIGRATION_FAILED",
    message:
      'Migration 2_broken failed and was rolled back: check constraint "short" of relation "people" is violated by some row. Correct the data that it names, or return to the previous version, then start again.',
  });
  expect(await rows(database.url, "SELECT to_regclass('half') AS half, count(*)::int FROM people")).toEqual([
    { half: null, count: 1 },
  ]);
  await rows(database.url, "DELETE FROM people");
  expect(await applyMigrations({ url: database.url, directory })).toEqual({ applied: ["2_broken"] });
});

test("a migration whose connection is killed is rolled back, and the next start applies it", async () => {
  await using database = await createTestDatabase({ empty: true });
  await write(
    "2_slow",
    "CREATE TABLE slow ();\nSELECT pg_sleep(current_setting('reelay.test_pause', true)::float);",
  );
  await rows(
    database.url,
    `ALTER DATABASE "${new URL(database.url).pathname.slice(1)}" SET reelay.test_pause = 60`,
  );
  const interrupted = applyMigrations({ url: database.url, directory });
  const failed = expect(interrupted).rejects.toMatchObject({ code: "MIGRATION_FAILED" });
  await eventually(async () => {
    const [killed] = await rows(
      database.url,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%CREATE TABLE slow%' AND pid <> pg_backend_pid()",
    );
    return killed !== undefined;
  }, "the slow migration runs");
  await failed;
  await rows(
    database.url,
    `ALTER DATABASE "${new URL(database.url).pathname.slice(1)}" SET reelay.test_pause = 0`,
  );
  expect(await applyMigrations({ url: database.url, directory })).toEqual({ applied: ["2_slow"] });
});

test("a database of a newer build, and one with another program's tables, are not changed", async () => {
  await using newer = await createTestDatabase();
  await expect(applyMigrations({ url: newer.url, directory })).rejects.toMatchObject({
    code: "DATABASE_NEWER",
  });
  await using foreign = await createTestDatabase({ empty: true });
  await rows(foreign.url, "CREATE TABLE wordpress ()");
  await expect(applyMigrations({ url: foreign.url, directory })).rejects.toMatchObject({
    code: "DATABASE_FOREIGN",
  });
});

test("waiting for another process's migration can be aborted", async () => {
  await using database = await createTestDatabase({ empty: true });
  const holder = new Client({ connectionString: database.url });
  await holder.connect();
  await holder.query("SELECT pg_advisory_lock($1)", [0x7265656c6179]);
  await expect(
    applyMigrations({ url: database.url, directory, signal: AbortSignal.timeout(50) }),
  ).rejects.toThrow(/abort/i);
  await holder.end();
});
