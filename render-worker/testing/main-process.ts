import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Message, objectKeys } from "@reelay/contracts";
import { createPubSubMessaging, liveReports } from "@reelay/messaging";
import { createLocalObjectStore } from "@reelay/object-store";
import { testEnv } from "./env.ts";
import { defaultProfile, temporaryDirectory } from "./kit.ts";
import { type RenderTask, toMessage } from "./to-message.ts";

const main = join(import.meta.dirname, "../main.ts");

/** A broker and a local store as in `npm start`, with the run file for joining workers. */
export async function startSystem(given: AsyncDisposable & { address: string }) {
  const resources = new AsyncDisposableStack();
  const directory = resources.use(await temporaryDirectory());
  const broker = resources.use(given);
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
    async request(clip: string, more: { expectedMs?: number } = {}): Promise<RenderTask> {
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
      await messaging.publish({ ...toMessage(task), ...more });
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

/** `node main.ts ARGS…` with only the data folder configured. */
export function startMain(
  dataDirectory: string,
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
) {
  const child = spawn(process.execPath, [main, ...args], {
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
