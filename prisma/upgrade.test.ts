/**
 * Databases with rows survive every migration. `testing/NAME.rows.sql` holds rows as they were written at the
 * time of migration NAME; a migration that adds a table brings such a file of its own.
 */
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { RecordedError, Requirements } from "@reelay/contracts";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase } from "../src/database/database.ts";
import { createTestDatabase, type TestDatabase } from "../tests/kit/index.ts";
import { applyMigrations } from "./apply-migrations.ts";
import { Prisma, type PrismaClient } from "./generated/client.ts";
import { MIGRATIONS_DIRECTORY, readMigrations } from "./migration-files.ts";

let database: TestDatabase;
let db: PrismaClient;
beforeAll(async () => {
  database = await createTestDatabase({ empty: true });
  await upgradeStepByStep(database.url);
  db = createDatabase(database.url);
});
afterAll(async () => {
  await db.$disconnect();
  await database[Symbol.asyncDispose]();
});

/** Applies one migration after the other, as if each were a release that was used for a while. */
async function upgradeStepByStep(url: string): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), "reelay-upgrade-"));
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const { name } of await readMigrations(MIGRATIONS_DIRECTORY)) {
      await cp(path.join(MIGRATIONS_DIRECTORY, name), path.join(directory, name), { recursive: true });
      expect(await applyMigrations({ url, directory })).toEqual({ applied: [name] });
      const rows = path.join(import.meta.dirname, "testing", `${name}.rows.sql`);
      await client.query(await readFile(rows, "utf8").catch(() => ""));
    }
  } finally {
    await client.end();
    await rm(directory, { recursive: true });
  }
}

test.each(Object.values(Prisma.ModelName))("rows of %s are there and can be read", async (model) => {
  const table = db[(model[0]?.toLowerCase() + model.slice(1)) as "video"];
  expect(await table.findMany()).not.toEqual([]);
});

test("a database that was upgraded satisfies this build", async () => {
  expect(await applyMigrations({ url: database.url })).toEqual({ applied: [] });
});

test("errors of earlier versions are complete", async () => {
  const videos = await db.video.findMany({ where: { status: "FAILED" }, orderBy: { id: "asc" } });
  const attemptId = "01900000-0000-7000-8000-000000000041";
  const broke = { code: "ENCODER_FAILED", message: "It broke.", scope: "WORKER", retriable: true };
  expect(videos.map(({ error }) => RecordedError.parse(error))).toEqual([
    { ...broke, attemptId },
    { code: "UPLOAD_EXPIRED", message: "UPLOAD_EXPIRED", scope: "INTERNAL", retriable: false },
  ]);
  const attempt = await db.attempt.findUniqueOrThrow({ where: { id: attemptId } });
  expect(RecordedError.parse(attempt.error)).toEqual(broke);
});

test("tasks of earlier versions state what they need", async () => {
  const tasks = await db.task.findMany({ orderBy: { id: "asc" } });
  const render = { version: 1, runtime: "ffmpeg", gpu: "PREFERRED", codecs: [] };
  const codecs = ["H264", "HEVC"];
  expect(tasks.map(({ requirements }) => Requirements.parse(requirements))).toEqual([
    render,
    render,
    { version: 1, runtime: "ffmpeg" },
    { ...render, codecs, memoryBytes: 8 * 1024 ** 3 },
    { ...render, codecs },
  ]);
});

test.each([
  { code: "lower case", message: "It broke.", scope: "WORKER", retriable: true },
  { code: "BROKEN", scope: "WORKER", retriable: true },
  { code: "BROKEN", message: "It broke.", scope: "SOMEONE", retriable: true },
  { code: "BROKEN", message: "It broke.", scope: "WORKER", retriable: "true" },
  ["BROKEN"],
])("the database rejects an error that no code could read: %j", async (error) => {
  const isReadable = RecordedError.safeParse(error).success;
  expect(isReadable).toBe(false);
  await expect(db.video.updateMany({ data: { error } })).rejects.toThrow("error_is_recorded");
});

test.each(RecordedError.shape.scope.options)("the database accepts errors of scope %s", async (scope) => {
  const error = { code: "BROKEN", message: "It broke.", scope, retriable: true };
  expect(await db.video.updateMany({ data: { error } })).toEqual({ count: 3 });
});
