/**
 * Databases with rows survive every migration. `testing/NAME.rows.sql` holds rows as they were written at the
 * time of migration NAME; a migration that adds a table adds such a file.
 */
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  AnimationSettings,
  CompositionSettings,
  parseTaskParams,
  RecordedError,
  Requirements,
} from "@reelay/contracts";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase } from "../src/database/database.ts";
import { assetsOf, wireKindOf } from "../src/database/index.ts";
import { createTestDatabase, type TestDatabase } from "../tests/kit/index.ts";
import { applyMigrations } from "./apply-migrations.ts";
import { Prisma, type PrismaClient } from "./generated/client.ts";
import { migrationsDirectory, readMigrations } from "./migration-files.ts";

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
    for (const { name } of await readMigrations(migrationsDirectory)) {
      await cp(path.join(migrationsDirectory, name), path.join(directory, name), { recursive: true });
      expect(await applyMigrations({ url, directory })).toEqual({ applied: [name] });
      const rows = path.join(import.meta.dirname, "testing", `${name}.rows.sql`);
      await client.query(await readFile(rows, "utf8").catch(() => ""));
    }
  } finally {
    await client.end();
    await rm(directory, { recursive: true });
  }
}

test.each(Object.values(Prisma.ModelName))("existing rows of %s can be read", async (model) => {
  const table = db[(model[0]?.toLowerCase() + model.slice(1)) as "video"];
  expect(await table.findMany()).not.toEqual([]);
});

test("an upgraded database needs no further migration", async () => {
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

test("tasks of earlier versions have requirements", async () => {
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

test("tasks of earlier versions keep their parameters", async () => {
  const tasks = await db.task.findMany({ orderBy: { id: "asc" } });
  expect(tasks.map(({ params }) => params)).toEqual([
    { version: 1 },
    { version: 1 },
    { version: 1, atMs: 5_000 },
    { version: 1, startMs: 8_000, endMs: 16_000, renditions: ["360p"] },
    { version: 1, startMs: 8_000, endMs: null, renditions: ["audio"] },
  ]);
  for (const { kind, params } of tasks) expect(() => parseTaskParams(wireKindOf(kind), params)).not.toThrow();
});

test("posters, previews and downloads of earlier versions become assets", async () => {
  const assets = await db.asset.findMany();
  const size = { width: 320, height: 180, durationMs: 3_000, sizeBytes: 5 };
  expect(assetsOf({ assets })).toEqual({
    poster: { version: 1, key: "poster.jpg", atMs: 5_000 },
    preview: { version: 1, key: "p.webp", contentType: "image/webp", ...size },
    download: { version: 1, key: "d.mp4", variant: "360p", sizeBytes: 9 },
  });
  const [{ bytes } = { bytes: 0n }] = await db.$queryRaw<{ bytes: bigint }[]>`
    SELECT stored_bytes_of_video(video_id) AS bytes FROM assets LIMIT 1`;
  expect(bytes).toBe(194n);
});

test("sources of earlier versions are media files, and their attempts have no steps", async () => {
  const sources = await db.source.findMany();
  expect(new Set(sources.map(({ params }) => params))).toEqual(new Set([null]));
  expect(await db.attempt.count({ where: { step: { not: Prisma.DbNull } } })).toBe(0);
  const scene = {
    version: 1,
    scene: null,
    width: 854,
    height: 480,
    frameRate: 15,
    renderer: "CAIRO",
    seed: 0,
  };
  const [first] = sources;
  const where = { videoId: first?.videoId ?? "" };
  const script = { kind: "MANIM", sizeBytes: 9, receivedAt: new Date() } as const;
  await expect(db.source.update({ where, data: script })).rejects.toThrow("sources_have_an_origin");
  const { kind, ...made } = await db.source.update({ where, data: { ...script, params: scene } });
  expect([kind, AnimationSettings.parse(made.params)]).toEqual(["MANIM", scene]);
});

test("a source of an earlier version can become the data of a template, with its settings", async () => {
  const settings = {
    version: 1,
    template: { name: "quiz-classic", version: 1, sha256: "a".repeat(64) },
    ...{ width: 1920, height: 1080, frameRate: 30, language: "en", voice: null },
  };
  const where = { videoId: (await db.source.findFirstOrThrow()).videoId };
  const data = { kind: "TEMPLATE", sizeBytes: 9, receivedAt: new Date(), params: settings } as const;
  await expect(db.source.update({ where, data: { ...data, params: Prisma.DbNull } })).rejects.toThrow(
    "sources_have_an_origin",
  );
  const made = await db.source.update({ where, data });
  expect(CompositionSettings.parse(made.params)).toEqual(settings);
});

test("the database rejects parameters without a version", async () => {
  await expect(db.task.updateMany({ data: { params: { atMs: 1 } } })).rejects.toThrow("tasks_params");
  await expect(db.source.updateMany({ data: { params: { seed: 1 } } })).rejects.toThrow("sources_params");
});

test.each([
  { code: "lower case", message: "It broke.", scope: "WORKER", retriable: true },
  { code: "BROKEN", scope: "WORKER", retriable: true },
  { code: "BROKEN", message: "It broke.", scope: "SOMEONE", retriable: true },
  { code: "BROKEN", message: "It broke.", scope: "WORKER", retriable: "true" },
  ["BROKEN"],
])("the database rejects an error that the code cannot parse: %j", async (error) => {
  const isReadable = RecordedError.safeParse(error).success;
  expect(isReadable).toBe(false);
  await expect(db.video.updateMany({ data: { error } })).rejects.toThrow("error_is_recorded");
});

test.each(RecordedError.shape.scope.options)("the database accepts errors of scope %s", async (scope) => {
  const error = { code: "BROKEN", message: "It broke.", scope, retriable: true };
  expect(await db.video.updateMany({ data: { error } })).toEqual({ count: 3 });
});
