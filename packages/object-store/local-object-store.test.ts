import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { link, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StoreFullError } from "./errors.ts";
import { asStoreError } from "./local/file-errors.ts";
import { createLocalObjectStore } from "./local-object-store.ts";
import type { ObjectStore } from "./object-store.ts";

let directory: string;
let store: ObjectStore;
const open = () => createLocalObjectStore({ directory, publicBaseUrl: "http://localhost/media/" });
const scratch = async () => readdir(join(directory, ".store/scratch"), { recursive: true });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "reelay-local-"));
  store = open();
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

const child = (task: string): ChildProcess =>
  spawn(process.execPath, [join(import.meta.dirname, "testing/store-child.ts"), directory, task], {
    stdio: ["ignore", "pipe", "inherit"],
  });
const answerOf = async ({ stdout }: ChildProcess) =>
  JSON.parse(stdout === null ? "null" : await text(stdout)) as unknown;

test("exactly one creator wins each key, also across processes", async () => {
  const wins = await Promise.all([child("create"), child("create"), child("create")].map(answerOf));
  expect(wins.reduce<number>((sum, won) => sum + Number(won), 0)).toBe(50);
});

test("no conditional write is lost, also across processes", async () => {
  await store.put("counter", "0");
  await Promise.all([child("count"), child("count"), child("count")].map(answerOf));
  expect(await text((await store.read("counter")).body)).toBe("150");
});

test("a store that could not open on a full disk writes as soon as space is available", async () => {
  // A file blocks its folder, because a test cannot fill the disk.
  await rm(join(directory, ".store/scratch"), { recursive: true, force: true });
  await writeFile(join(directory, ".store/scratch"), "");
  await using unlucky = open();
  await expect(unlucky.put("early", "x")).rejects.toThrow();
  await rm(join(directory, ".store/scratch"));
  await unlucky.put("later", "x");
  expect(await text((await unlucky.read("later")).body)).toBe("x");
});

test("the next start clears a killed writer's partial files and keeps a running writer's", async () => {
  const writer = child("hang");
  if (writer.stdout === null) throw new Error("no output");
  await once(writer.stdout, "data");
  await using beside = open();
  await beside.put("beside", "x");
  const withWriter = (await scratch()).length;
  writer.kill("SIGKILL");
  await once(writer, "exit");
  await using next = open();
  await next.put("next", "x");
  // The dead writer's folder, file and lock are gone; the new store's folder and lock were added.
  expect((await scratch()).length).toBe(withWriter - 1);
  expect(await store.head("half")).toBeNull();
});

test("a finished write leaves no temporary file", async () => {
  await store.put("a", "1");
  await store.put("a", "2", { contentType: "text/x-odd" });
  await store.delete("a");
  expect((await scratch()).filter((path) => path.includes("/"))).toEqual([]);
  expect(await readdir(join(directory, ".store/types"))).toEqual([]);
});

test("deleting the last object of a folder removes the folder", async () => {
  await store.put("videos/v1/a/b", "x");
  await store.deletePrefix("videos/v1/");
  expect(await readdir(directory)).toEqual([".store"]);
});

test("writing and emptying one folder concurrently loses no write", async () => {
  await Promise.all(
    Array.from({ length: 50 }, async (_, i) => {
      await store.put(`folder/gone-${i}`, "x");
      await Promise.all([store.delete(`folder/gone-${i}`), store.put(`folder/kept-${i}`, "x")]);
    }),
  );
  expect(await Array.fromAsync(store.list("folder/"))).toHaveLength(50);
});

test("adopting again after a crash between link and removal succeeds", async () => {
  const path = join(directory, "upload");
  await writeFile(path, "film");
  await link(path, join(directory, "source"));
  const object = await store.adopt("source", path, { ifGenerationMatch: "0" });
  expect(object).toEqual(await store.head("source"));
  await expect(stat(path)).rejects.toThrow("ENOENT");
});

test("a key below or above another object is refused with a store error", async () => {
  await store.put("a/b", "x");
  await expect(store.put("a", "x")).rejects.toMatchObject({ code: "INVALID_KEY" });
  await expect(store.put("a/b/c", "x")).rejects.toMatchObject({ code: "INVALID_KEY" });
  expect(await store.head("a")).toBeNull();
  expect(await store.head("a/b/c")).toBeNull();
});

const isOtherFileSystem = (path: string) =>
  Promise.all([stat(path), stat(tmpdir())]).then(
    ([a, b]) => a.dev !== b.dev,
    () => false,
  );

test.runIf(await isOtherFileSystem("/dev/shm"))("a file from another file system is copied", async () => {
  const elsewhere = await mkdtemp("/dev/shm/reelay-");
  const path = join(elsewhere, "film");
  await writeFile(path, "film");
  await store.adopt("source/film.mp4", path);
  expect(await readFile(join(directory, "source/film.mp4"), "utf8")).toBe("film");
  expect(await readdir(elsewhere)).toEqual([]);
  await rm(elsewhere, { recursive: true });
});

test("a full disk or quota is a StoreFullError", () => {
  for (const code of ["ENOSPC", "EDQUOT"])
    expect(asStoreError("key", Object.assign(new Error(code), { code }))).toBeInstanceOf(StoreFullError);
});
