/** How long a worker's process runs, and how it says why it ended. */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import type { Message, WorkerSeen } from "@reelay/contracts";
import { exitCodes } from "@reelay/process";
import { expect, test } from "vitest";
import { createBroker } from "../embedded/broker/index.ts";
import { readWorkerCommand } from "./command.ts";
import { planDeviceWorkers } from "./each-device.ts";
import { words } from "./media/ffmpeg/words.ts";
import { testEnv } from "./testing/env.ts";
import { makeClip } from "./testing/kit.ts";
import { startMain, startSystem } from "./testing/main-process.ts";
import { variantsOf } from "./testing/to-message.ts";

type System = Awaited<ReturnType<typeof startSystem>>;

const seen = (system: System, matches: (message: WorkerSeen) => boolean) =>
  system.until((message) => message.type === "worker.seen.v1" && matches(message)) as Promise<WorkerSeen>;
const isEndOf = (message: Message, taskId: string): boolean =>
  ["task.completed.v1", "task.stopped.v1"].includes(message.type) &&
  "taskId" in message &&
  message.taskId === taskId;

const clipOf = (system: System, seconds: number) =>
  makeClip(
    join(system.directory, `clip-${seconds}.mp4`),
    words(
      `-f lavfi -i testsrc2=s=640x360:r=30:d=${seconds} -c:v libx264 -preset ultrafast -g 900 -sc_threshold 0`,
    ),
  );

test("a draining worker runs the waiting tasks, announces its machine's end, and exits with 0 when nothing comes", async () => {
  await using system = await startSystem(await createBroker());
  const task = await system.request(await clipOf(system, 1));
  await using worker = startMain(system.directory, {}, ["drain", "--idle-exit", "2", "--max-life", "900"]);
  const { deadlineAt = "" } = await seen(system, ({ attempts }) => attempts.length > 0);
  expect(Math.abs(Date.parse(deadlineAt) - Date.now() - 900_000)).toBeLessThan(300_000);
  expect(await system.until((message) => isEndOf(message, task.taskId))).toMatchObject({
    type: "task.completed.v1",
  });
  expect(await worker.ended).toEqual({ code: exitCodes.DONE, stderr: "" });
  await seen(system, ({ isStopping }) => isStopping);
});

test("a task that is likely to outlast its machine goes to another worker, and one for a single task leaves the next", async () => {
  await using system = await startSystem(await createBroker());
  const clip = await clipOf(system, 1);
  const long = await system.request(clip, { expectedMs: 3_600_000 });
  await using brief = startMain(system.directory, { WORKER_MAX_LIFE: "900", WORKER_ID: "brief" });
  expect((await brief.ended).code).toBe(exitCodes.DONE);
  const tasks = [long, await system.request(clip)];
  await using first = startMain(system.directory, { WORKER_SLOTS: "4" }, ["once"]);
  expect((await first.ended).code).toBe(exitCodes.DONE);
  await using second = startMain(system.directory, { WORKER_ID: "worker-2" }, ["once"]);
  const ends = await Promise.all(
    tasks.map(({ taskId }) => system.until((message) => isEndOf(message, taskId))),
  );
  const workers = ends.map((message) => ("workerId" in message ? message.workerId : ""));
  expect(new Set(workers)).toEqual(new Set(["worker-1", "worker-2"]));
  expect((await second.ended).code).toBe(exitCodes.DONE);
});

/** Google's metadata server, as it is documented: a value, an ETag, and waiting for a change. */
async function startMetadataServer() {
  let value = "FALSE";
  let version = 1;
  const waiting = new Set<() => void>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://metadata");
    requests.push(`${pathname} ${String(request.headers["metadata-flavor"])}`);
    const answer = () => {
      const isKnown = pathname.endsWith("/instance/preempted") || pathname.endsWith("/maintenance-event");
      response.writeHead(isKnown ? 200 : 404, { ETag: String(version), "Metadata-Flavor": "Google" });
      response.end(pathname.endsWith("/preempted") ? value : "NONE");
    };
    const isKnown = searchParams.get("last_etag") === String(version);
    if (searchParams.get("wait_for_change") === "true" && isKnown) waiting.add(answer);
    else answer();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    preempt() {
      value = "TRUE";
      version += 1;
      for (const answer of waiting) answer();
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("a worker that Compute Engine preempts hands its task back and exits with 5", async () => {
  await using system = await startSystem(await createBroker());
  await using metadata = await startMetadataServer();
  const task = await system.request(await clipOf(system, 40));
  await using worker = startMain(system.directory, {
    WORKER_NOTICE: "compute-engine",
    GCE_METADATA_HOST: metadata.host,
    LOG_LEVEL: "error",
  });
  await system.until(
    (message) =>
      message.type === "task.progressed.v1" && variantsOf(message).some(({ frames }) => frames > 0),
  );
  metadata.preempt();
  expect(await system.until((message) => isEndOf(message, task.taskId))).toMatchObject({
    type: "task.stopped.v1",
    outcome: "INTERRUPTED",
  });
  expect(await worker.ended).toEqual({ code: exitCodes.TOLD_TO_LEAVE, stderr: "" });
  expect(metadata.requests).toContain("/computeMetadata/v1/instance/preempted Google");
});

test("one worker is planned for each GPU, with its own name and port, and sees that GPU only", () => {
  const listing = "GPU-5a1f, NVIDIA L4\nGPU-77c0, NVIDIA L4\n";
  const plan = planDeviceWorkers(listing, { WORKER_ID: "render", METRICS_PORT: "9464", LOG_LEVEL: "warn" });
  expect(plan).toEqual([
    {
      name: "The worker on NVIDIA L4 (GPU-5a1f)",
      environment: {
        ...{ WORKER_ID: "render-gpu0", METRICS_PORT: "9464", LOG_LEVEL: "warn" },
        CUDA_VISIBLE_DEVICES: "GPU-5a1f",
      },
    },
    expect.objectContaining({
      environment: expect.objectContaining({
        ...{ WORKER_ID: "render-gpu1", METRICS_PORT: "9465", CUDA_VISIBLE_DEVICES: "GPU-77c0" },
      }),
    }),
  ]);
  const joins = planDeviceWorkers(listing, { WORKER_JOIN_TOKEN: "rj_one, rj_two,rj_three" });
  expect(joins.map(({ environment }) => environment["WORKER_JOIN_TOKEN"])).toEqual(["rj_one", "rj_two"]);
  expect(planDeviceWorkers("No devices were found\n", {})).toEqual([]);
});

test("--each-device runs a worker for each GPU that nvidia-smi lists, and ends them all at a stop signal", async () => {
  await using system = await startSystem(await createBroker());
  const bin = join(system.directory, "bin");
  await mkdir(bin);
  // Stands in for the driver's program; the workers then encode in software.
  await writeFile(join(bin, "nvidia-smi"), '#!/bin/sh\necho "GPU-a, NVIDIA L4"\necho "GPU-b, NVIDIA L4"\n');
  await chmod(join(bin, "nvidia-smi"), 0o755);
  const path = `${bin}${delimiter}${testEnv["PATH"]}`;
  await using parent = startMain(system.directory, { PATH: path }, [
    ...["drain", "--idle-exit", "3600", "--each-device"],
  ]);
  const ids = ["worker-1-gpu0", "worker-1-gpu1"];
  await Promise.all(ids.map((id) => seen(system, ({ workerId }) => workerId === id)));
  parent.terminate();
  expect((await parent.ended).code).toBe(exitCodes.TOLD_TO_LEAVE);

  await using short = startMain(system.directory, { PATH: path, WORKER_JOIN_TOKEN: "rj_one" }, [
    "--each-device",
  ]);
  const refused = await short.ended;
  expect(refused.code).toBe(exitCodes.UNABLE);
  expect(refused.stderr).toContain("2 GPUs were found, and 1 join tokens");
  expect(refused.stderr).not.toContain("rj_one");

  await using none = startMain(system.directory, { PATH: bin.replace(/bin$/, "none") }, ["--each-device"]);
  const { code, stderr } = await none.ended;
  expect(code).toBe(exitCodes.UNABLE);
  expect(stderr).toContain("No NVIDIA GPU was found");
});

test("the command line names a mode and seconds; anything else is an error with the usage", () => {
  expect(readWorkerCommand(["drain", "--idle-exit", "5"])).toEqual({
    environment: { WORKER_MODE: "drain", WORKER_IDLE_EXIT: "5" },
    isEachDevice: false,
  });
  expect(readWorkerCommand(["--help"])).toEqual({ help: expect.stringContaining("--max-life SECONDS") });
  expect(readWorkerCommand(["forever"])).toEqual({ error: expect.stringContaining("'forever' is no mode") });
  expect(readWorkerCommand(["--speed"])).toEqual({ error: expect.stringContaining("--speed") });
});
