import { readFile } from "node:fs/promises";
import { getPriority, platform } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "../../tests/kit/eventually.ts";
import { isAlive } from "../host/work-directory/process-identity.ts";
import { createNoJail } from "../jail/no-jail.ts";
import { temporaryDirectory } from "../testing/kit.ts";
import { signalTree } from "./process-tree.ts";
import { ProgramNotStartedError, type RunOptions, runProgram } from "./run-program.ts";

const jail = createNoJail();
const shell = (script: string, options: RunOptions = {}) =>
  runProgram(jail, { path: "/bin/sh", args: ["-c", script] }, options);

/** True this many times. */
function excuses(times: number) {
  let asked = 0;
  return { isExcused: () => (asked += 1) <= times, asked: () => asked };
}

test("a program that waits for bytes which are still on their way gets its time again, but not forever", async () => {
  const { isExcused, asked } = excuses(2);
  const result = await shell("exec sleep 60", { timeoutMs: 20, isExcused });
  expect([result.endedFor, asked()]).toEqual(["TIMEOUT", 3]);
});

test("how a program ends is a value, with what it wrote", async () => {
  expect(await shell("echo out; echo err >&2; exit 3")).toEqual({
    ...{ exitCode: 3, signal: null, endedFor: null },
    ...{ stdout: "out\n", stderr: "err\n", oomKills: expect.toBeOneOf([0, null]) },
  });
});

test("a program that is not there cannot be started, and the error names the command", async () => {
  const started = runProgram(jail, { path: "/nonexistent/ffmpeg", args: ["a b"] });
  await expect(started).rejects.toThrow(ProgramNotStartedError);
  await expect(started).rejects.toThrow("/nonexistent/ffmpeg 'a b' could not be started.");
});

test("a program gets none of the worker's secrets", async () => {
  process.env["REELAY_TEST_SECRET"] = "hunter2";
  const { stdout } = await runProgram(jail, { path: "/usr/bin/env", args: [] });
  delete process.env["REELAY_TEST_SECRET"];
  expect(stdout).not.toContain("hunter2");
  const names = stdout
    .trim()
    .split("\n")
    .map((line) => line.split("=")[0] ?? "");
  expect(names).toEqual(expect.arrayContaining(["PATH", "GCONV_PATH"]));
  expect(names.filter((name) => /KEY|SECRET|TOKEN|CREDENTIALS|DATABASE|REELAY/.test(name))).toEqual([]);
});

test("a program that writes without end is ended", async () => {
  const result = await shell("exec yes", { maxStdout: 10_000 });
  expect(result).toMatchObject({ endedFor: "OUTPUT_TOO_LONG" });
  expect(result.stdout.length).toBeLessThanOrEqual(10_000);
});

test("a canceled program is gone with all that it started, also what ignores the polite signal", async () => {
  await using directory = await temporaryDirectory();
  const pids = join(directory.path, "pids");
  const stop = new AbortController();
  const script = `trap '' TERM; (trap '' TERM; echo $$ >> ${pids}; exec sleep 60) & echo $! >> ${pids}; wait`;
  const running = shell(script, { signal: stop.signal });
  const started = await eventually(async () => {
    const lines = (await readFile(pids, "utf8")).trim().split("\n");
    return lines.length === 2 && lines.map(Number);
  }, "both run");
  stop.abort();
  expect(await running).toMatchObject({ endedFor: "CANCELED", signal: "SIGKILL" });
  await eventually(() => started.every((pid) => !isAlive(pid)), "none is left");
});

test("what a program leaves behind when it ends by itself is ended, too", async () => {
  const { stdout, exitCode } = await shell("sleep 60 & echo $!");
  expect(exitCode).toBe(0);
  await eventually(() => !isAlive(Number(stdout)), "it has ended");
});

test("a program that was canceled before it began is not started", async () => {
  const signal = AbortSignal.abort();
  const result = await runProgram(jail, { path: "/nonexistent", args: [] }, { signal });
  expect(result).toMatchObject({ endedFor: "CANCELED", exitCode: null });
});

test.runIf(platform() === "linux")(
  "a limit on memory is set, and a program that says it has reached it is believed",
  async () => {
    const limits = { memoryBytes: 48 * 1024 ** 2 };
    const script = "ulimit -d; echo 'moov: Cannot allocate memory' >&2; exit 1";
    expect(await shell(script, { limits })).toMatchObject({ stdout: "49152\n", endedFor: "MEMORY_LIMIT" });
    expect(await shell(script)).toMatchObject({ stdout: "unlimited\n", endedFor: null });
  },
);

test.runIf(platform() === "linux")(
  "a program runs behind others when told to, and first in line when memory runs out",
  async () => {
    const seen: unknown[] = [];
    const look = async (pid: number) => {
      await eventually(async () => {
        const score = await readFile(`/proc/${pid}/oom_score_adj`, "utf8");
        return getPriority(pid) === 10 && score === "1000\n";
      }, "both are set");
      seen.push("both");
      signalTree(pid, "SIGKILL");
    };
    await shell("exec sleep 60", { priority: 10, onStart: (pid) => void look(pid) });
    expect(seen).toEqual(["both"]);
  },
);
