import { spawn } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../testing/kit.ts";
import { identify, startedAt } from "./process-identity.ts";
import { WorkDirectory } from "./work-directory.ts";

test("a crashed worker's folder and its running encoder are removed; other workers' folders stay", async ({
  skip,
}) => {
  skip((await startedAt(process.pid)) === null, "this system does not say when a process was started");
  await using root = await temporaryDirectory();
  const encoder = spawn("sleep", ["600"], { stdio: "ignore" });
  const ended = new Promise((resolve) => encoder.once("close", (_code, signal) => resolve(signal)));
  const crashed = join(root.path, "crashed");
  await mkdir(join(crashed, "attempt"), { recursive: true });
  // Our own id with another start time: a process that no longer exists.
  await writeFile(join(crashed, "owner.json"), JSON.stringify({ pid: process.pid, startedAt: "1" }));
  await writeFile(join(crashed, "attempt", "ffmpeg.json"), JSON.stringify(await identify(encoder.pid ?? 0)));
  await mkdir(join(root.path, "running"));
  await writeFile(join(root.path, "running", "owner.json"), JSON.stringify(await identify(process.pid)));
  await mkdir(join(root.path, "unknown"));

  await using directory = await WorkDirectory.open(root.path, "worker-1");
  expect((await readdir(root.path)).sort()).toEqual(["running", "unknown", "worker-1"]);
  expect(await ended).toBe("SIGKILL");
  await using attempt = await directory.forAttempt("attempt-1");
  await expect(attempt.assertRoom(Number.MAX_SAFE_INTEGER)).rejects.toMatchObject({
    reported: { code: "WORK_DIRECTORY_FULL", retriable: true },
  });
});

test("an attempt's folder is removed even while a starting ffmpeg is being recorded in it", async () => {
  await using root = await temporaryDirectory();
  await using directory = await WorkDirectory.open(root.path, "worker-1");
  let isNoted = false;
  {
    await using attempt = await directory.forAttempt("attempt-1");
    void attempt.noteEncoder(process.pid).then(() => {
      isNoted = true;
    });
  }
  expect(isNoted).toBe(true);
  expect(await readdir(directory.path)).toEqual(["owner.json"]);
});

test("a worker's folder is removed even while a stopped process still writes to it", async () => {
  await using root = await temporaryDirectory();
  const directory = await WorkDirectory.open(root.path, "worker-1");
  const { path } = await directory.forAttempt("attempt-1");
  const until = performance.now() + 300;
  const writing = (async () => {
    for (let file = 0; performance.now() < until; file += 1)
      await writeFile(join(path, `${file}`), "last").catch(() => undefined);
  })();
  await directory[Symbol.asyncDispose]();
  await writing;
  expect(await readdir(root.path)).toEqual([]);
});
