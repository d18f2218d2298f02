import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eventually } from "../../tests/kit/eventually.ts";

const LAUNCHER = path.resolve(import.meta.dirname, "../run.mjs");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "reelay-end-as-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const notes = () => readFile(path.join(folder, "notes"), "utf8").catch(() => "");

/** A program that notes its signals, below the launcher, below the shell that npm runs a script in. */
async function launch(): Promise<ChildProcess> {
  const program = path.join(folder, "program.mjs");
  await writeFile(
    program,
    `import { appendFileSync } from "node:fs";
    const note = (text) => appendFileSync(${JSON.stringify(path.join(folder, "notes"))}, text + "\\n");
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
      process.on(signal, () => { note(signal); process.exit(0); });
    setTimeout(() => process.exit(3), 60_000);
    note("runs");`,
  );
  const shell = spawn("sh", ["-c", `exec "${process.execPath}" "${LAUNCHER}" "${program}"`], {
    stdio: "ignore",
  });
  await eventually(async () => (await notes()) === "runs\n", "the program runs");
  return shell;
}

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s to the shell of an npm script reaches the program",
  async (signal) => {
    const shell = await launch();
    const ended = once(shell, "close");
    shell.kill(signal);
    expect(await ended).toEqual([0, null]);
    expect(await notes()).toBe(`runs\n${signal}\n`);
  },
);

test("a program uses the compile cache of the previous run", async () => {
  const program = path.join(folder, "program.mjs");
  await writeFile(
    program,
    `import { getCompileCacheDir } from "node:module"; console.log(getCompileCacheDir());`,
  );
  const { NODE_COMPILE_CACHE: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, [LAUNCHER, program], { env });
  expect(stdout).toContain(path.join("node_modules", ".cache", "reelay-compile"));
});
