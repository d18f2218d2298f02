import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "../../testing/kit.ts";
import { makeFolder } from "./make-folder.ts";

test("creating an existing folder succeeds; creating one in a removed folder fails", async () => {
  const outer = await temporaryDirectory();
  onTestFinished(() => outer[Symbol.asyncDispose]());
  await makeFolder(join(outer.path, "a"));
  await makeFolder(join(outer.path, "a"));
  expect(await readdir(outer.path)).toEqual(["a"]);
  await rm(join(outer.path, "a"), { recursive: true });
  await expect(makeFolder(join(outer.path, "a", "b"))).rejects.toThrow("ENOENT");
  expect(await readdir(outer.path)).toEqual([]);
});
