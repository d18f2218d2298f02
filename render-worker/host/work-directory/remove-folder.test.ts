import { execFile } from "node:child_process";
import { chmod, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "../../testing/kit.ts";
import { removeFolder } from "./remove-folder.ts";

async function outer() {
  const directory = await temporaryDirectory();
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const { path } = directory;
  const folder = join(path, "folder");
  await mkdir(folder);
  return { path, folder };
}

const perl = (script: string, cwd: string) => promisify(execFile)("perl", ["-e", script], { cwd });

test("a folder is removed with its content, and one that is gone is no error", async () => {
  const { path, folder } = await outer();
  await mkdir(join(folder, "a/b"), { recursive: true });
  await writeFile(join(folder, "a/b/file"), "x");
  await removeFolder(folder);
  await removeFolder(folder);
  expect(await readdir(path)).toEqual([]);
});

test("what a hostile program left is removed: folders too deep for a path, names that are no text", async () => {
  const { path, folder } = await outer();
  await perl(
    `mkdir "\\xff\\xfe"; open F, ">", "\\xff\\xfe/\\x80" or die; mkdir "\\x80"; for (1 .. 300) { mkdir "d" x 200 or die; chdir "d" x 200 or die } open F, ">", "last"`,
    folder,
  );
  await removeFolder(folder);
  expect(await readdir(path)).toEqual([]);
});

test("closed folders are removed, and what links point to stays", async () => {
  const { path, folder } = await outer();
  const kept = join(path, "kept");
  await mkdir(kept);
  await writeFile(join(kept, "file"), "x");
  await symlink(kept, join(folder, "link"));
  await mkdir(join(folder, "closed/inner"), { recursive: true });
  await writeFile(join(folder, "closed/inner/file"), "x");
  await perl(`mkdir "\\xff"`, folder);
  for (const name of ["closed/inner", "closed"]) await chmod(join(folder, name), 0);
  await removeFolder(folder);
  expect(await readdir(path)).toEqual(["kept"]);
  expect(await readdir(kept)).toEqual(["file"]);
});
