import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { words } from "../../render-worker/media/ffmpeg/words.ts";
import { testEnv } from "../../render-worker/testing/env.ts";
import { makeClip } from "../../render-worker/testing/kit.ts";
import { documents, eventually, type System, startSystem } from "../kit/index.ts";
import { holdEncoders, notedEncoders } from "./noted-encoders.ts";

let system: System;
let long: string;
beforeAll(async () => {
  // In one part and with too few keyframes to be copied, so nothing is finished, and kept, before the cancel.
  system = await startSystem({ workers: 0, wholeUpToMs: 3_600_000 });
  long = await makeClip(
    join(system.directory, "long.mp4"),
    words(
      "-f lavfi -i testsrc2=size=640x360:rate=30:duration=40,noise=alls=40:allf=t -c:v libx264 -preset ultrafast -g 3000 -b:v 3M -pix_fmt yuv420p",
    ),
  );
});
afterAll(() => system[Symbol.asyncDispose]());

/** A process of its own takes long to start on a busy machine, and the first segment long to encode. */
const patience = { timeoutMs: 240_000 };

/** A worker as a process of its own. */
function startWorkerProcess(name: string) {
  const workDirectory = join(system.directory, `work-${name}`);
  const child = spawn(process.execPath, [join(import.meta.dirname, "../../render-worker/main.ts")], {
    env: {
      ...testEnv,
      PUBSUB_EMULATOR_HOST: system.pubsubAddress,
      STORE_DIRECTORY: system.storeDirectory,
      REELAY_DATA_DIR: system.directory,
      WORK_DIR: workDirectory,
      WORKER_ID: name,
      LOG_LEVEL: "error",
    },
    stdio: "inherit",
  });
  return {
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    hold: () => holdEncoders(workDirectory),
    /** The process id of its ffmpeg, once it runs. */
    encoder: () =>
      eventually(async () => (await notedEncoders(workDirectory))[0] ?? false, "ffmpeg runs", patience),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const jobOf = async (id: string) => (await system.client.video(id)).jobs.edges[0].node;
const cancel = async (id: string) => (await system.client.ask(documents.cancel, { id })).data.cancelJob;
const segments = async (id: string) => {
  const key = Buffer.from(id, "base64url").toString().split(":")[1] ?? "";
  const names = await readdir(join(system.storeDirectory, "videos", key, "attempts"), {
    recursive: true,
  }).catch(() => []);
  return names.filter((name) => /\.(m4s|m3u8|mp4)$/.test(name));
};

test("canceling a job ends the worker's encoder and removes its stored output", async () => {
  await using worker = startWorkerProcess("canceled");
  const id = await system.client.upload(long);
  const pid = await worker.encoder();
  await eventually(async () => (await segments(id)).length > 0, "something is stored", patience);
  await worker.hold();
  expect(isAlive(pid)).toBe(true);
  const job = await jobOf(id);
  expect(await cancel(job.id)).toMatchObject({ __typename: "Job" });
  await eventually(() => !isAlive(pid), "the encoder is gone", patience);
  await eventually(async () => (await jobOf(id)).status === "CANCELED", "the job is canceled", patience);
  await eventually(async () => (await segments(id)).length === 0, "what it had stored is gone", patience);
  expect(await cancel(job.id)).toMatchObject({ __typename: "Job", status: "CANCELED" });
  const [attempt] = (await jobOf(id)).tasks[0].attempts;
  expect(attempt).toMatchObject({ outcome: "CANCELED", workerId: "canceled" });
});

test("a job whose worker is dead can be canceled", async () => {
  await using worker = startWorkerProcess("dead");
  const id = await system.client.upload(long);
  const pid = await worker.encoder();
  await eventually(async () => (await jobOf(id)).status === "RUNNING", "the job runs", patience);
  worker.kill("SIGKILL");
  // The encoder outlives its worker here. A later worker would end it.
  process.kill(pid, "SIGKILL");
  expect(await cancel((await jobOf(id)).id)).toMatchObject({ __typename: "Job" });
  await eventually(async () => (await jobOf(id)).status === "CANCELED", "the job is canceled", patience);
  expect(await jobOf(id)).toMatchObject({ tasks: [{ attempts: [{ outcome: "CANCELED" }] }] });
});
