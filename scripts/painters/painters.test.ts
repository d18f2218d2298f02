import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { assertCanBuild } from "./build-tools.ts";
import { findPython } from "./find-python.ts";

const script = path.resolve(import.meta.dirname, "../painters.ts");

test("a machine without a compiler gets the one command that installs it", async () => {
  const python = { path: "/usr/bin/python3", version: "3.11.2", headers: "/nowhere" };
  const outer = process.env["PATH"];
  onTestFinished(() => {
    process.env["PATH"] = outer;
  });
  process.env["PATH"] = "/nowhere";
  const packages = "gcc pkg-config libcairo2-dev libpango1.0-dev python3-dev";
  const command =
    process.platform === "darwin" ? "brew install pkg-config cairo pango" : `apt-get install ${packages}`;
  await expect(assertCanBuild(python)).rejects.toThrow(`Run: ${command}`);
});

test("a Python that is too old is named with its version", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "reelay-python-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const python = path.join(folder, "python3");
  await writeFile(python, "#!/bin/sh\necho 3.9.18\necho /usr/include/python3.9\n");
  await chmod(python, 0o755);
  await expect(findPython([python, path.join(folder, "none")])).rejects.toThrow(
    `Manim needs Python 3.11 or newer: ${python} is 3.9.18. Install it, e.g. with "apt-get install`,
  );
});

test("the command describes itself", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, "--help"]);
  expect(stdout).toContain("Usage: npm run painters");
});

test("a name that is none of its parts is refused with those that there are", async () => {
  await expect(promisify(execFile)(process.execPath, [script, "manin"])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("Unknown painter 'manin'. There are manim and piper."),
  });
});
