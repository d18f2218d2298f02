import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Message } from "@reelay/contracts";
import { expect, test } from "vitest";
import { createBroker } from "../embedded/broker/index.ts";
import { words } from "./media/ffmpeg/words.ts";
import { makeClip, temporaryDirectory } from "./testing/kit.ts";
import { startMain, startSystem } from "./testing/main-process.ts";
import { variantsOf } from "./testing/to-message.ts";

test("a separate worker joins the running system, runs its tasks and deregisters cleanly", async () => {
  await using system = await startSystem(await createBroker());
  const clip = await makeClip(
    join(system.directory, "clip.mp4"),
    words("-f lavfi -i testsrc2=s=640x360:r=30:d=30 -c:v libx264 -preset ultrafast -g 30"),
  );
  const short = await makeClip(join(system.directory, "short.mp4"), ["-t", "2", "-i", clip, "-c", "copy"]);
  await using worker = startMain(system.directory);

  const first = await system.request(short);
  const completed = await system.until(
    (message) => message.type === "task.completed.v1" && message.taskId === first.taskId,
  );
  expect(completed).toMatchObject({
    workerId: "worker-1",
    result: { variants: [{}, {}, { status: "READY" }, { name: "source", status: "READY" }] },
  });
  const made = await system.keys(first.videoId);
  expect(made).toHaveLength(18);

  const second = await system.request(clip);
  await system.until((message) => message.type === "task.progressed.v1" && message.taskId === second.taskId);
  worker.terminate();
  await system.until((message) => message.type === "task.stopped.v1" && message.outcome === "INTERRUPTED");
  await system.until((message) => message.type === "worker.seen.v1" && message.isStopping);
  expect(await worker.ended).toEqual({ code: 0, stderr: "" });
  expect(await readdir(join(system.directory, "work"))).toEqual([]);
});

/** A running render, with ffmpeg's process id. */
async function rendering(system: Awaited<ReturnType<typeof startSystem>>) {
  const clip = await makeClip(
    join(system.directory, "clip.mp4"),
    // Key frames too far apart for a copy: nothing is finished before the encode.
    words("-f lavfi -i testsrc2=s=640x360:r=30:d=40 -c:v libx264 -preset ultrafast -g 900 -sc_threshold 0"),
  );
  const task = await system.request(clip);
  const progress = await system.until(
    (message) =>
      message.type === "task.progressed.v1" &&
      message.taskId === task.taskId &&
      variantsOf(message).some(({ frames }) => frames > 0),
  );
  const { attemptId } = progress as Extract<Message, { type: "task.progressed.v1" }>;
  const noted = await readFile(join(system.directory, "work", "worker-1", attemptId, "ffmpeg.json"), "utf8");
  return { task, ffmpeg: (JSON.parse(noted) as { pid: number }).pid };
}

const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};

test("Ctrl-C in a terminal, which also reaches ffmpeg, returns the task without a failure", async () => {
  await using system = await startSystem(await createBroker());
  await using worker = startMain(system.directory, { LOG_LEVEL: "error" });
  const { task, ffmpeg } = await rendering(system);
  worker.ctrlC();
  const end = await system.until((message) => isEndOf(message, task.taskId));
  expect(end).toMatchObject({ type: "task.stopped.v1", outcome: "INTERRUPTED" });
  expect(await worker.ended).toEqual({ code: 0, stderr: "" });
  expect(isGone(ffmpeg)).toBe(true);
});

const crashOnSignal = join(import.meta.dirname, "../tests/kit/crash-on-signal.mjs");

test("an uncaught exception returns the task, and the worker exits with code 1", async () => {
  await using system = await startSystem(await createBroker());
  await using worker = startMain(system.directory, {
    LOG_LEVEL: "silent",
    SHUTDOWN_GRACE: "600",
    NODE_OPTIONS: `--import=${crashOnSignal}`,
  });
  const { task, ffmpeg } = await rendering(system);
  worker.crash();
  const end = await system.until((message) => isEndOf(message, task.taskId));
  expect(end).toMatchObject({ type: "task.stopped.v1", outcome: "INTERRUPTED" });
  expect(await worker.ended).toEqual({ code: 1, stderr: "" });
  expect(isGone(ffmpeg)).toBe(true);
});

test("a second signal ends a worker immediately during its grace period and leaves no ffmpeg", async () => {
  await using system = await startSystem(await createBroker());
  await using worker = startMain(system.directory, { LOG_LEVEL: "error", SHUTDOWN_GRACE: "600" });
  const { ffmpeg } = await rendering(system);
  worker.terminate();
  await system.until((message) => message.type === "worker.seen.v1" && message.isStopping);
  const again = setInterval(worker.terminate, 200);
  expect(await worker.ended).toEqual({ code: 1, stderr: "" });
  clearInterval(again);
  expect(isGone(ffmpeg)).toBe(true);
});

const isEndOf = (message: Message, taskId: string): boolean =>
  ["task.completed.v1", "task.failed.v1", "task.stopped.v1"].includes(message.type) &&
  "taskId" in message &&
  message.taskId === taskId;

test("a worker without settings that finds no system states what to do", async () => {
  await using directory = await temporaryDirectory();
  await mkdir(join(directory.path, "data"));
  await using worker = startMain(join(directory.path, "data"));
  const { code, stderr } = await worker.ended;
  expect(code).toBe(1);
  expect(stderr).toContain("Start one with `npm start`");
});
