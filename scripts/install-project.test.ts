import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { installProject } from "./install-project.ts";

let folder: string;
let project: string;
const write = (name: string, content: string | object) =>
  writeFile(path.join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
const installed = (name: string) => path.join(project, "node_modules", name);

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "reelay-install-"));
  project = path.join(folder, "site");
  for (const name of ["site", "ours/src"]) await mkdir(path.join(folder, name), { recursive: true });
  await write("ours/package.json", { name: "ours", version: "1.0.0" });
  await write("ours/src/index.ts", "export const is = 1;\n");
  const dependencies = { ours: "file:../ours" };
  await write("site/package.json", { name: "site", dependencies });
  await write("site/package-lock.json", {
    name: "site",
    lockfileVersion: 3,
    requires: true,
    packages: {
      "": { name: "site", dependencies },
      "node_modules/ours": { version: "1.0.0", resolved: "file:../ours" },
    },
  });
  await write("site/.npmrc", "install-links=true\naudit=false\nfund=false\n");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("a project is installed once, and again when a local package that it copies has changed", async () => {
  const copy = installed("ours/src/index.ts");
  await installProject(project);
  expect(await readFile(copy, "utf8")).toContain("is = 1");

  await writeFile(installed("left-there"), "");
  await installProject(project);
  expect(existsSync(installed("left-there"))).toBe(true);

  await write("ours/src/index.ts", "export const is = 2;\n");
  await installProject(project);
  expect(await readFile(copy, "utf8")).toContain("is = 2");
  expect(existsSync(installed("left-there"))).toBe(false);
});

test("a failed install names the project and is retried by the next caller", async () => {
  await write("site/package.json", { name: "site", dependencies: { other: "1.0.0" } });
  const failure = expect.objectContaining({
    message: expect.stringMatching(/npm ci in .*site ended with 1:\nnpm error/),
  });
  await expect(installProject(project)).rejects.toEqual(failure);
  await expect(installProject(project)).rejects.toEqual(failure);
});
