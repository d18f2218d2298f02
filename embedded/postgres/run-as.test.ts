import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { locatePostgresBinaries } from "./binaries.ts";
import { makeFolder } from "./cluster.ts";
import { runToEnd } from "./processes.ts";
import { chooseRunAs } from "./run-as.ts";

let closed: string;
beforeEach(async () => {
  // Mode 0700, like root's home and every folder created by `mktemp -d`.
  closed = await mkdtemp(path.join(tmpdir(), "reelay-closed-"));
});
afterEach(() => rm(closed, { recursive: true, force: true }));

test.skipIf(process.platform !== "linux" || process.getuid?.() !== 0)(
  "root's Postgres runs as another user even if only root may enter the clone's folder",
  async () => {
    const { initdb } = await locatePostgresBinaries();
    const native = path.join(closed, "native");
    await cp(path.resolve(path.dirname(initdb), ".."), native, { recursive: true, verbatimSymlinks: true });
    const directory = path.join(closed, "data");
    const runAs = await chooseRunAs(directory, [path.join(native, "bin/initdb")]);
    await makeFolder(directory, runAs);

    const command = [...runAs.prefix, path.join(native, "bin/initdb"), "--no-sync", "--auth=trust", "-D"];
    const { code, output } = await runToEnd([...command, path.join(directory, "cluster")], runAs);
    expect(output).toContain("Success.");
    expect(code).toBe(0);
  },
);

test.skipIf(process.getuid?.() === 0)("users other than root run Postgres as themselves", async () => {
  const { owner } = await chooseRunAs(path.join(closed, "data"), [process.execPath]);
  expect(owner).toBeUndefined();
});
