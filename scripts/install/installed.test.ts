import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isInstalled, markInstalled } from "./installed.mjs";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "reelay-install-"));
  await mkdir(path.join(root, "node_modules"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

type Packages = Record<string, object>;
const lockfile = (packages: Packages) =>
  writeFile(path.join(root, "package-lock.json"), JSON.stringify({ packages }));
const installed = (packages: Packages) =>
  writeFile(path.join(root, "node_modules/.package-lock.json"), JSON.stringify({ packages }));

test("a clone without dependencies is not installed", async () => {
  await lockfile({ "node_modules/a": { version: "1.0.0" } });
  expect(isInstalled(root)).toBe(false);
});

test("a manual install that matches the lockfile counts as installed", async () => {
  await lockfile({ "": {}, "node_modules/a": { version: "1.0.0" } });
  await installed({ "node_modules/a": { version: "1.0.0" } });
  expect(isInstalled(root)).toBe(true);
});

test("dependencies are installed again after a pull that changes a version", async () => {
  await lockfile({ "node_modules/a": { version: "1.0.0" } });
  markInstalled(root);
  expect(isInstalled(root)).toBe(true);
  await lockfile({ "node_modules/a": { version: "1.0.1" } });
  await installed({ "node_modules/a": { version: "1.0.0" } });
  expect(isInstalled(root)).toBe(false);
});

test("packages for other machines may be missing, but not those for this machine", async () => {
  await installed({ "node_modules/a": { version: "1.0.0" } });
  const a = { "node_modules/a": { version: "1.0.0" } };
  await lockfile({
    ...a,
    "node_modules/b": { version: "1.0.0", optional: true, os: ["beos"], cpu: [process.arch] },
  });
  expect(isInstalled(root)).toBe(true);
  const mine = { version: "1.0.0", optional: true, os: [process.platform], cpu: [process.arch] };
  await lockfile({ ...a, "node_modules/b": mine });
  expect(isInstalled(root)).toBe(false);
});
