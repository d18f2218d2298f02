import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { StoreUnavailableError } from "../errors.ts";
import { openFileLock } from "../file-lock.ts";
import { openScratch } from "./scratch.ts";
import { openStoreLock } from "./store-lock.ts";

async function folderWithLock() {
  const directory = await mkdtemp(join(tmpdir(), "reelay-store-lock-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, "lock");
  const lock = openStoreLock(path, 50);
  onTestFinished(() => lock[Symbol.dispose]());
  const paused = openFileLock(path);
  onTestFinished(() => paused.close());
  return { directory, path, lock, paused };
}

test("a process that is paused while it holds the lock stops others with an error, until it resumes", async () => {
  const { path, lock, paused } = await folderWithLock();
  paused.tryLock();
  const error = await lock.exclusively(() => "never").catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StoreUnavailableError);
  expect(error).toMatchObject({
    message: expect.stringContaining(`"${path}" was not released within 0.05 s`),
  });
  paused.unlock();
  expect(await lock.exclusively(() => "done")).toBe("done");
});

test("a store closes beside a paused process, and the next start removes its files", async () => {
  const { directory, lock, paused } = await folderWithLock();
  const root = join(directory, "scratch");
  const scratch = await openScratch(root, lock);
  const file = scratch.newPath();
  await mkdir(file);
  paused.tryLock();
  await scratch[Symbol.asyncDispose]();
  expect(existsSync(file)).toBe(true);
  paused.unlock();
  await using _next = await openScratch(root, lock);
  expect(existsSync(file)).toBe(false);
});
