import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { DirectoryStore } from "../testing/directory-store.ts";
import { temporaryDirectory } from "../testing/kit.ts";
import { storeOnce } from "./store-once.ts";

const { signal } = new AbortController();

/** A store that loses its response to the first write, although it has the bytes. */
class ForgetfulStore extends DirectoryStore {
  #answers = 0;
  override async adopt(...[key, path, options]: Parameters<DirectoryStore["adopt"]>) {
    const bytes = await readFile(path);
    const stored = await super.adopt(key, path, options);
    this.#answers += 1;
    if (this.#answers > 1) return stored;
    await writeFile(path, bytes);
    throw new Error("connection reset");
  }
}

async function open() {
  const directory = await temporaryDirectory();
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const path = join(directory.path, "segment");
  await writeFile(path, "the segment");
  return { store: new ForgetfulStore(join(directory.path, "store")), path };
}

test("a write whose response was lost succeeds if the stored bytes are its own", async () => {
  const { store, path } = await open();
  await storeOnce(store, "a/0.m4s", { path }, { signal });
  expect(await readFile(store.path("a/0.m4s"), "utf8")).toBe("the segment");
  await expect(stat(path)).rejects.toMatchObject({ code: "ENOENT" });
  expect(store.writes).toHaveLength(1);
});

test("a write fails if another writer's bytes are stored, and leaves them unchanged", async () => {
  const { store, path } = await open();
  await store.put("a/0.m4s", "another one");
  await expect(storeOnce(store, "a/0.m4s", { path }, { signal })).rejects.toMatchObject({
    code: "PRECONDITION_FAILED",
  });
  expect(await readFile(store.path("a/0.m4s"), "utf8")).toBe("another one");
});
