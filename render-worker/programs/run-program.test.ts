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

test("a program that waits for arriving bytes gets its timeout extended, but not forever", async () => {
  const { isExcused, asked } = excuses(2);
  const result = await shell("exec sleep 60", { timeoutMs: 20, isExcused });
  expect([result.endedFor, asked()]).toEqual(["TIMEOUT", 3]);
});

test("the end of a program is a value with its output", async () => {
  expect(await shell("echo out; echo err >&2; exit 3")).toEqual({
    ...{ exitCode: 3, signal: null, endedFor: null },
    ...{ stdout: "out\n", stderr: "err\n", oomKills: expect.toBeOneOf([0, null]) },
  });
});

test("a missing program fails to start, and the error names the command", async () => {
  const started = runProgram(jail, { path: "/nonexistent/ffmpeg", args: ["a b"] });
  await expect(started).rejects.toThrow(ProgramNotStartedError);
  await expect(started).rejects.toThrow("/nonexistent/ffmpeg 'a b' could not be started.");
});

test("a program receives none of the worker's secrets", async () => {
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

test("a program that writes endlessly is ended", async () => {
  const result = await shell("exec yes", { maxStdout: 10_000 });
  expect(result).toMatchObject({ endedFor: "OUTPUT_TOO_LONG" });
  expect(result.stdout.length).toBeLessThanOrEqual(10_000);
});

test("a canceled program ends with all its child processes, including those that ignore SIGTERM", async () => {
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

test("child processes that outlive their program are ended", async () => {
  const { stdout, exitCode } = await shell("sleep 60 & echo $!");
  expect(exitCode).toBe(0);
  await eventually(() => !isAlive(Number(stdout)), "it has ended");
});

test("a program canceled before its start is not started", async () => {
  const signal = AbortSignal.abort();
  const result = await runProgram(jail, { path: "/nonexistent", args: [] }, { signal });
  expect(result).toMatchObject({ endedFor: "CANCELED", exitCode: null });
});

test.runIf(platform() === "linux")(
  "a memory limit applies, and a program's own out-of-memory message counts as reaching it",
  async () => {
    const limits = { memoryBytes: 48 * 1024 ** 2 };
    const script = "ulimit -d; echo 'moov: Cannot allocate memory' >&2; exit 1";
    expect(await shell(script, { limits })).toMatchObject({ stdout: "49152\n", endedFor: "MEMORY_LIMIT" });
    expect(await shell(script)).toMatchObject({ stdout: "unlimited\n", endedFor: null });
  },
);

test.runIf(platform() === "linux")(
  "a low-priority program yields the CPU and is the OOM killer's first victim",
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
