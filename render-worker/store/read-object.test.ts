import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { DirectoryStore } from "../testing/directory-store.ts";
import { temporaryDirectory } from "../testing/kit.ts";
import { readObject } from "./read-object.ts";

const { signal } = new AbortController();

/** A store whose first response breaks off midway. */
class BreakingStore extends DirectoryStore {
  #answers = 0;
  override async read(...args: Parameters<DirectoryStore["read"]>) {
    const answer = await super.read(...args);
    this.#answers += 1;
    if (this.#answers > 1) return answer;
    answer.body.destroy();
    const pieces = async function* () {
      yield Buffer.from("the ");
      throw Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
    };
    return { ...answer, body: Readable.from(pieces()) };
  }
}

test("an object whose response breaks off is read again from the start", async () => {
  const directory = await temporaryDirectory();
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const store = new BreakingStore(join(directory.path, "store"));
  await store.put("videos/v1/a", Buffer.from("the bytes"));
  expect((await readObject(store, "videos/v1/a", { signal })).toString()).toBe("the bytes");
  expect((await readObject(store, "videos/v1/a", { end: 2, signal })).toString()).toBe("the");
});
