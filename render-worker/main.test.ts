import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Message, objectKeys } from "@reelay/contracts";
import { createPubSubMessaging, liveReports } from "@reelay/messaging";
import { createLocalObjectStore } from "@reelay/object-store";
import { expect, test } from "vitest";
import { createBroker } from "../embedded/broker/index.ts";
import { words } from "./media/ffmpeg/words.ts";
import { testEnv } from "./testing/env.ts";
import { defaultProfile, makeClip, temporaryDirectory } from "./testing/kit.ts";
import type { RenderTask } from "./testing/to-message.ts";
import { toMessage, variantsOf } from "./testing/to-message.ts";

const main = join(import.meta.dirname, "main.ts");

/** A broker and a local store as in `npm start`, with the run file for joining workers. */
async function startSystem() {
  const resources = new AsyncDisposableStack();
  const directory = resources.use(await temporaryDirectory());
  const broker = resources.use(await createBroker());
  const store = resources.use(
    createLocalObjectStore({
      directory: join(directory.path, "store"),
      publicBaseUrl: "http://localhost:4000/media/",
    }),
  );
  const messaging = resources.use(
    createPubSubMessaging({ projectId: "reelay", emulatorHost: broker.address }),
  );
  await messaging.provision();
  const run = { graphql: "http://localhost:4000/graphql", pubsub: broker.address, pid: process.pid };
  await writeFile(join(directory.path, "run.json"), JSON.stringify(run));
  const reports: Message[] = [];
  const waiting = new Set<() => void>();
  resources.use(
    await messaging.consume(liveReports("test"), async ({ message }) => {
      reports.push(message);
      for (const wake of waiting) wake();
    }),
  );
  return {
    directory: directory.path,
    async request(clip: string): Promise<RenderTask> {
      const videoId = randomUUID();
      const key = objectKeys.source(videoId, "clip.mp4");
      await store.put(key, { path: clip });
      const task: RenderTask = {
        type: "task.requested.v1",
        videoId,
        jobId: randomUUID(),
        taskId: randomUUID(),
        fencingToken: 0,
        kind: "TRANSCODE",
        requirements: { version: 1, runtime: "ffmpeg" },
        pool: "cpu",
        priority: "STANDARD",
        source: { kind: "object", key },
        profile: { ...defaultProfile, rungs: defaultProfile.rungs.slice(0, 3) },
        keep: { variants: [], audio: null },
        requestedAt: new Date().toISOString(),
      };
      await messaging.publish(toMessage(task));
      return task;
    },
    async until(matches: (message: Message) => boolean): Promise<Message> {
      for (;;) {
        const found = reports.find(matches);
        if (found) return found;
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.add(resolve);
        await promise;
        waiting.delete(resolve);
      }
    },
    keys: async (videoId: string) =>
      (await Array.fromAsync(store.list(`${objectKeys.video(videoId)}attempts/`))).map(({ key }) => key),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** `node main.ts` with only the data folder configured. */
function startMain(dataDirectory: string, env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [main], {
    env: { ...testEnv, REELAY_DATA_DIR: dataDirectory, LOG_LEVEL: "warn", WORKER_ID: "worker-1", ...env },
    stdio: ["ignore", "inherit", "pipe"],
    // Its own process group, like each command in a terminal.
    detached: true,
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) =>
    child.once("close", (code) => resolve({ code, stderr })),
  );
  return {
    ended,
    terminate: () => child.kill("SIGTERM"),
    /** Throws an uncaught exception if `crashOnSignal` was loaded. */
    crash: () => child.kill("SIGUSR2"),
    /** To the whole process group, ffmpeg included. */
    ctrlC: () => process.kill(-(child.pid ?? Number.NaN), "SIGINT"),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

test("a separate worker joins the running system, runs its tasks and deregisters cleanly", async () => {
  await using system = await startSystem();
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
  await using system = await startSystem();
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
  await using system = await startSystem();
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
  await using system = await startSystem();
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
