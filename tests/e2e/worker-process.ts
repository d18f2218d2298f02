/** A worker in a process of its own, to be paused and killed with its ffmpeg. */
import { spawn } from "node:child_process";
import { readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ObjectStore } from "@reelay/object-store";
import { testEnv } from "../../render-worker/testing/env.ts";
import type { System } from "../kit/index.ts";

const main = join(import.meta.dirname, "worker-child.ts");

/** `holdBack`: the variant whose last playlist it never gets stored, or `preview`. */
export function startWorkerProcess(system: System, workerId: string, holdBack = "") {
  const workDirectory = join(system.directory, "work", workerId);
  const child = spawn(process.execPath, ["--no-deprecation", main], {
    env: {
      ...testEnv,
      WORKER_ID: workerId,
      WORK_DIR: workDirectory,
      PUBSUB_EMULATOR_HOST: system.pubsub.emulatorHost,
      PUBSUB_PROJECT_ID: system.pubsub.projectId,
      STORE_DIRECTORY: system.storeDirectory,
      FETCH_ALLOW_PRIVATE: "127.0.0.1",
      // As workers in the test's own process speak, also where Piper is installed.
      SPEECH: "flite",
      LOG_LEVEL: testEnv["LOG_LEVEL"] ?? "silent",
      HOLD_BACK: holdBack,
    },
    stdio: ["ignore", "inherit", "inherit"],
    // A group of its own: its signals reach its ffmpeg, too.
    detached: true,
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const signal = (name: NodeJS.Signals) => child.pid !== undefined && process.kill(-child.pid, name);
  return {
    /**
     * As a machine is that sleeps, but not within the microseconds in which it holds the lock of the store:
     * other processes of one machine wait for it.
     */
    async pause(store: ObjectStore) {
      for (;;) {
        signal("SIGSTOP");
        if (await isWritable(store)) return;
        signal("SIGCONT");
        await delay(20);
      }
    },
    resume: () => signal("SIGCONT"),
    async kill() {
      signal("SIGKILL");
      await ended;
    },
    /** Processes that work in its folder, itself not among them. */
    encoders: () => processesBelow(workDirectory),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) signal("SIGKILL");
      await ended;
    },
  };
}

/** Whether objects can be replaced, which takes the lock of a local store. */
async function isWritable(store: ObjectStore): Promise<boolean> {
  const signal = AbortSignal.timeout(2_000);
  try {
    for (const text of ["created", "replaced"]) await store.put("writable.txt", text, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}

async function processesBelow(directory: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => "")));
  return pids.filter((_pid, index) => folders[index]?.startsWith(directory));
}
