/** A worker's environment in container engines: process id 1, and low limits that cannot be raised. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { processEnvironment } from "../env.ts";
import { findProgram } from "./find-program.ts";

const run = promisify(execFile);
const PATH = processEnvironment["PATH"] ?? "";
const isRoot = process.getuid?.() === 0;
/** Root may raise its limits. */
const ordinary = isRoot ? { uid: 65_533, gid: 65_533 } : {};
const echo = [process.execPath, fileURLToPath(import.meta.resolve("./testing/echo-process.ts"))];
const asProcess1 = ["--pid", "--fork", "--mount-proc"];

const hasPrograms = async (): Promise<boolean> => {
  if (process.platform !== "linux") return false;
  for (const name of ["bwrap", "perl", "prlimit", "unshare"])
    if (!(await findProgram(name, PATH))) return false;
  return true;
};
const canUnshare = (): Promise<boolean> =>
  run("unshare", [...asProcess1, "true"]).then(
    () => true,
    () => false,
  );
const isDemanded = processEnvironment["CI"] === "true" && isRoot;
const isPossible = isDemanded || (await hasPrograms());

test.skipIf(!isDemanded && !(isPossible && (await canUnshare())))(
  "a worker that runs as process 1 has a full jail (skipped where no process namespace is available)",
  async () => {
    const { stdout } = await run("unshare", [...asProcess1, ...echo], { env: { PATH } });
    expect(JSON.parse(stdout)).toEqual({ pid: 1, level: "FULL", reason: null, output: "hello\n" });
  },
);

test.skipIf(!isPossible).each(["FULL", "LIMITED"])(
  "a worker with low limits runs programs in the jail %s (skipped without bubblewrap, Perl and util-linux)",
  async (STRONGEST) => {
    const limits = ["--nofile=512:512", "--nproc=3000:3000"];
    const { stdout } = await run("prlimit", [...limits, ...echo], { env: { PATH, STRONGEST }, ...ordinary });
    expect(JSON.parse(stdout)).toMatchObject({ level: STRONGEST, output: "hello\n" });
  },
);
