import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withLock } from "./lock.mjs";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "reelay-lock-"));
  file = path.join(folder, "lock");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("one process holds the lock at a time, and another one is notified that it waits", async () => {
  const seen: string[] = [];
  const first = Promise.withResolvers<void>();
  const one = withLock(file, async () => {
    seen.push("one begins");
    await first.promise;
    seen.push("one ends");
  });
  const two = withLock(
    file,
    () => seen.push("two"),
    () => {
      seen.push("two waits");
      first.resolve();
    },
  );
  await Promise.all([one, two]);
  expect(seen).toEqual(["one begins", "two waits", "one ends", "two"]);
});

test("the lock of a killed process does not block forever", async () => {
  await writeFile(file, "1");
  await utimes(file, new Date(0), new Date(0));
  expect(await withLock(file, () => "done")).toBe("done");
});

test("failing work releases the lock", async () => {
  await expect(withLock(file, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await withLock(file, () => "done")).toBe("done");
});
