import { readFileSync, watch } from "node:fs";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openPrivateFile } from "./private-file.ts";

test("a private file never has a name, so a killed worker cannot leave it behind", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "private-file-"));
  const names: (string | null)[] = [];
  const watcher = watch(folder.path, (_, name) => names.push(name));
  const file = await openPrivateFile(Buffer.from("secret"), folder.path);
  expect(readFileSync(`/proc/self/fd/${file.fd}`, "utf8")).toBe("secret");
  expect((await file.stat()).nlink).toBe(0);
  await file.close();
  watcher.close();
  // The kernel reports the inode of a file without a name as `#1234`.
  expect(names.filter((name) => !/^#\d+$/.test(name ?? ""))).toEqual([]);
});
