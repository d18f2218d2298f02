import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "../../testing/kit.ts";
import { BlockCache } from "./block-cache.ts";

const bytes = (text: string): Buffer => Buffer.from(text.repeat(100));

async function open(limitBytes: number) {
  const folder = await temporaryDirectory();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const clock = { ms: 0 };
  const errors: unknown[] = [];
  const directory = join(folder.path, "blocks");
  const cache = new BlockCache({
    directory,
    limitBytes,
    now: () => clock.ms,
    onError: (error) => errors.push(error),
  });
  return { cache, clock, errors, directory };
}

test("tasks share cached blocks only for the same bytes of the same source", async () => {
  const { cache } = await open(1_000);
  await cache.of("a\n1").write(7, bytes("x"));
  expect(await cache.of("a\n1").read(7, 100)).toEqual(bytes("x"));
  expect(await cache.of("a\n1").read(8, 100)).toBeNull();
  expect(await cache.of("a\n2").read(7, 100)).toBeNull();
  expect(await cache.of("a\n1").read(7, 99)).toBeNull();
});

test("the cache never exceeds its limit, even with concurrent writes", async () => {
  const { cache, directory } = await open(350);
  const blocks = cache.of("a");
  await Promise.all(Array.from({ length: 20 }, (_, index) => blocks.write(index, bytes("x"))));
  expect(cache.sizeBytes).toBe(300);
  expect(await readdir(directory)).toHaveLength(3);
});

test("blocks read again are evicted first, unread blocks stay, and until then no new blocks are cached", async () => {
  const { cache } = await open(200);
  const blocks = cache.of("a");
  await blocks.write(0, bytes("0"));
  await blocks.write(1, bytes("1"));
  await blocks.write(2, bytes("2"));
  expect(await blocks.read(2, 100)).toBeNull();
  await blocks.read(1, 100);
  await blocks.write(2, bytes("2"));
  expect(await blocks.read(0, 100)).toEqual(bytes("0"));
  expect(await blocks.read(1, 100)).toBeNull();
  expect(await blocks.read(2, 100)).toEqual(bytes("2"));
});

test("blocks without a reader for ten minutes are evicted as well", async () => {
  const { cache, clock } = await open(100);
  await cache.of("a").write(0, bytes("0"));
  clock.ms = 10 * 60_000 + 1;
  await cache.of("b").write(0, bytes("b"));
  expect(await cache.of("b").read(0, 100)).toEqual(bytes("b"));
  expect(cache.sizeBytes).toBe(100);
});

test("an unwritable disk disables the cache without failing a read", async () => {
  const { cache, directory, errors } = await open(1_000);
  await mkdir(dirname(directory), { recursive: true });
  await writeFile(directory, "no folder");
  await cache.of("a").write(0, bytes("0"));
  expect(await cache.of("a").read(0, 100)).toBeNull();
  expect(cache.sizeBytes).toBe(0);
  expect(errors).not.toHaveLength(0);
});

test("a cache with a limit of 0 stores nothing", async () => {
  const { cache } = await open(0);
  await cache.of("a").write(0, bytes("0"));
  expect(await cache.of("a").read(0, 100)).toBeNull();
});

test("disposing the cache waits for pending writes, and later writes are ignored", async () => {
  const { cache, directory, errors } = await open(1_000);
  const blocks = cache.of("a");
  const writing = [0, 1, 2].map((index) => blocks.write(index, bytes("x")));
  await cache[Symbol.asyncDispose]();
  expect(await readdir(directory)).toHaveLength(3);
  await rm(directory, { recursive: true });
  await blocks.write(3, bytes("x"));
  await Promise.all(writing);
  await expect(readdir(directory)).rejects.toThrow("ENOENT");
  expect(errors).toEqual([]);
});
