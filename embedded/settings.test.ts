import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "./settings.ts";

test("a data folder is created with its parents, and may exist already", async () => {
  const root = await mkdtemp(path.join(tmpdir(), "reelay-settings-"));
  const folder = path.join(root, "a/b/c");
  await makeFolder(folder);
  await makeFolder(folder);
  expect((await stat(folder)).isDirectory()).toBe(true);
  await writeFile(path.join(root, "file"), "");
  await expect(makeFolder(path.join(root, "file"))).rejects.toMatchObject({ code: "EEXIST" });
  await expect(makeFolder(path.join(root, "file/data"))).rejects.toMatchObject({ code: "ENOTDIR" });
  await rm(root, { recursive: true });
});

test.runIf(process.platform === "linux")("a data folder below /proc is refused immediately", async () => {
  await expect(makeFolder("/proc/reelay/data")).rejects.toMatchObject({ code: "ENOENT" });
});
