import { existsSync } from "node:fs";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { eventually } from "../../../tests/kit/eventually.ts";
import type { Jail } from "../../jail/jail.ts";
import { createNoJail } from "../../jail/no-jail.ts";
import type { RunOptions } from "../../programs/run-program.ts";
import { temporaryDirectory } from "../../testing/kit.ts";
import { Programs } from "./programs.ts";
import { type RenderPlan, toArguments } from "./render-plan.ts";

/** Runs a plan with a script in place of ffmpeg; `$*` has its arguments. */
async function render(script: string, options: RunOptions = {}) {
  const directory = await temporaryDirectory();
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const path = join(directory.path, "it's ffmpeg");
  // It lists no formats.
  await writeFile(path, `#!/bin/sh\ncase "$*" in *a.mp4) ${script};; esac\n`);
  await chmod(path, 0o755);
  const located = { path, version: "1", origin: "environment" } as const;
  const jail = createNoJail();
  const programs = new Programs(jail, { ffmpeg: located, ffprobe: located }, {});
  const plan: RenderPlan = {
    inputOptions: ["-hide_banner", "-metadata", 'it\'s a $(touch x) \\ "quoted" title'],
    input: "file:a b.mkv",
    filterGraph: "[0:0]scale=2:2[a]",
    directory: directory.path,
    outputs: [{ name: "a", options: ["-map", "[a]", "-empty", ""], path: "a.mp4" }],
  };
  return { directory, plan, programs, result: await programs.render(plan, options) };
}

test("fluent-ffmpeg runs exactly the planned command line, in the plan's folder", async () => {
  const { directory, plan, result } = await render(`printf '%s\\n' "$@" > told; pwd >> told`);
  expect(result).toMatchObject({ exitCode: 0, signal: null, endedFor: null });
  const told = (await readFile(join(directory.path, "told"), "utf8")).trimEnd().split("\n");
  expect(told).toEqual([...toArguments(plan), directory.path]);
});

test("a render receives none of the worker's secrets", async () => {
  process.env["REELAY_TEST_SECRET"] = "hunter2";
  const { directory } = await render(`env > told; tr '\\0' '\\n' < /proc/$$/environ >> told`);
  delete process.env["REELAY_TEST_SECRET"];
  const told = await readFile(join(directory.path, "told"), "utf8");
  expect(told).toContain("GCONV_PATH");
  expect(told).not.toContain("hunter2");
});

test("a render's result is a value with its exit status and messages, without progress", async () => {
  const progress = "echo frame=1; echo out_time_us=40000; echo speed=1x; echo progress=continue";
  const failed = await render(`echo first >&2; ${progress}; echo last >&2; exit 69`);
  expect(failed.result).toMatchObject({ exitCode: 69, signal: null, stderr: "first\nlast\n" });
  expect((await render("kill -SEGV $$")).result).toMatchObject({ exitCode: null, signal: "SIGSEGV" });
});

test("a stalled render is ended", async () => {
  let asked = 0;
  const isExcused = () => (asked += 1) <= 2;
  const { result } = await render("sleep 60; echo more", { stallTimeoutMs: 20, isExcused });
  expect([result.endedFor, asked]).toEqual(["STALLED", 3]);
});

test("blocks without a new frame are not progress", async () => {
  const block = (frame: string) => `echo frame=${frame}; echo fps=$i; echo speed=$i; echo progress=continue`;
  const saying = (frame: string, times: number) =>
    `i=0; while [ $i -lt ${times} ]; do i=$((i+1)); ${block(frame)}; sleep 0.1; done`;
  expect((await render(saying("7", 15), { stallTimeoutMs: 600 })).result.endedFor).toBe("STALLED");
  expect((await render(saying("$i", 30), { stallTimeoutMs: 2_500 })).result.endedFor).toBeNull();
});

test("a canceled render reports its process ID and ends", async () => {
  const stop = new AbortController();
  const pids: number[] = [];
  const onStart = (pid: number) => {
    pids.push(pid);
    stop.abort();
  };
  const { result } = await render("exec sleep 60", { signal: stop.signal, onStart });
  expect(result).toMatchObject({ endedFor: "CANCELED", signal: "SIGTERM" });
  expect(() => process.kill(pids[0] ?? 0, 0)).toThrow("ESRCH");
});

test("processes that a launcher leaves behind are ended when the launcher is killed", async () => {
  const directory = await temporaryDirectory();
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const located = { path: "/bin/sh", version: "1", origin: "environment" } as const;
  // Becomes the parent of the leftover process and keeps its output open.
  const jail: Jail = {
    ...createNoJail(),
    wrap: async (request) => ({
      ...(await createNoJail().wrap(request)),
      file: "/bin/sh",
      args: ["-c", 'sleep 60 & echo "$!" > left; wait', ...request.args],
    }),
  };
  const programs = new Programs(jail, { ffmpeg: located, ffprobe: located }, {});
  const readLeft = async () => Number(await readFile(join(directory.path, "left"), "utf8"));
  const result = await programs.render(
    {
      ...{ inputOptions: [], input: "file:a.mkv", filterGraph: null, directory: directory.path },
      outputs: [{ name: "a", options: [], path: "a.mp4" }],
    },
    {
      onStart: (pid) =>
        void eventually(async () => (await readLeft()) > 0, "it has left one").then(() =>
          process.kill(pid, "SIGKILL"),
        ),
    },
  );
  expect(result).toMatchObject({ exitCode: null, signal: "SIGKILL" });
  const left = await readLeft();
  // Its entry stays until the process that inherits it has read its end.
  expect(existsSync(`/proc/${left}/exe`)).toBe(false);
});
