/** In a container the worker is process 1, and so is bubblewrap in its jail: the trial of the jail must tell them apart. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { processEnvironment } from "../env.ts";
import { findProgram } from "./find-program.ts";

const run = promisify(execFile);
const searchPath = processEnvironment["PATH"] ?? "";
const asProcess1 = ["--pid", "--fork", "--mount-proc"];

const isPossible = async (): Promise<boolean> => {
  if (process.platform !== "linux") return false;
  for (const name of ["bwrap", "perl"]) if (!(await findProgram(name, searchPath))) return false;
  return run("unshare", [...asProcess1, "true"]).then(
    () => true,
    () => false,
  );
};
const isDemanded = processEnvironment["CI"] === "true" && process.getuid?.() === 0;

test.skipIf(!(await isPossible()) && !isDemanded)(
  "a worker that is process 1 has a full jail (skipped where no process namespace can be made)",
  async () => {
    const makeJail = fileURLToPath(import.meta.resolve("./testing/jail-level-process.ts"));
    const { stdout } = await run("unshare", [...asProcess1, process.execPath, makeJail], {
      env: { PATH: searchPath },
    });
    expect(JSON.parse(stdout)).toEqual({ pid: 1, level: "FULL", reason: null });
  },
);
