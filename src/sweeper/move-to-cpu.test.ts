import type { Capabilities, WorkerSeen } from "@reelay/contracts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { waits } from "../jobs/wait-reason.ts";
import { softwareOffer } from "../testing/fleet-rows.ts";
import { attemptOf, createProjection, type TaskRef } from "../testing/projection.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(() => system.clear());

const device = "0";
const deviceName = "NVIDIA L4";
const software = { name: "libx264", codec: "H264", device: null, deviceName: null };
const capabilities = (...codecs: string[]): Capabilities => ({
  devices: [{ id: "0", kind: "CUDA", name: "NVIDIA L4" }],
  encoders: [
    ...codecs.map((codec) => ({ name: `${codec.toLowerCase()}_nvenc`, codec, device, deviceName })),
    software,
  ],
  decoders: [{ name: "cuda", codec: "h264", device, deviceName }],
});

type Changes = Partial<WorkerSeen["offer"]> & Pick<Partial<WorkerSeen>, "isStopping">;
const seen = (workerId: string, { isStopping = false, ...offer }: Changes): WorkerSeen => ({
  type: "worker.seen.v1",
  workerId,
  at: system.deps.clock().toISOString(),
  startedAt: system.deps.clock().toISOString(),
  hostname: "gpu-3",
  version: "0.1.0",
  offer: { ...softwareOffer, ...offer },
  attempts: [],
  isStopping,
});
const gpuSeen = (changes: Changes = {}) =>
  system.apply(seen("gpu", { pools: ["gpu"], capabilities: capabilities("H264"), ...changes }));
const cpuSeen = (changes: Changes = {}) => system.apply(seen("cpu", changes));

const poolOf = async ({ taskId }: TaskRef) =>
  (await system.db.task.findUniqueOrThrow({ where: { id: taskId } })).pool;
const movesOf = ({ videoId }: TaskRef) =>
  system.db.event.findMany({ where: { videoId, type: "task.moved" }, select: { data: true } });
const waitOf = async ({ jobId }: TaskRef) =>
  (await waits(system.db, [jobId], { now: system.deps.clock(), maxRunningTasks: null })).get(jobId);

test("a task is created for the GPU pool while a GPU worker encodes the profile's codecs in hardware", async () => {
  await cpuSeen();
  expect(await poolOf(await system.createQueuedVideo())).toBe("CPU");
  await gpuSeen({ capabilities: capabilities("HEVC") });
  expect(await poolOf(await system.createQueuedVideo())).toBe("CPU");
  system.passTime(1_000);
  await gpuSeen();
  expect(await poolOf(await system.createQueuedVideo())).toBe("GPU");
  system.passTime(1_000);
  await gpuSeen({ isStopping: true });
  expect(await poolOf(await system.createQueuedVideo())).toBe("CPU");
});

test("a task is also created for the GPU pool if there are no other workers", async () => {
  await gpuSeen({ capabilities: capabilities() });
  expect(await poolOf(await system.createQueuedVideo())).toBe("GPU");
});

test("a task that no GPU worker starts in time moves to CPU, announces it in advance, and keeps its position", async () => {
  await cpuSeen();
  await gpuSeen();
  const ref = await system.createQueuedVideo();
  const until = new Date(system.deps.clock().getTime() + 60_000).toISOString();
  expect(await waitOf(ref)).toEqual({
    code: "FREE_SLOT",
    reason: `Waiting for a free worker with a GPU. It moves to the pool CPU at ${until} at the latest.`,
  });
  const { queuedAt } = await system.db.task.findUniqueOrThrow({ where: { id: ref.taskId } });
  await system.dispatch();

  system.passTime(59_000);
  await cpuSeen();
  await gpuSeen();
  await system.sweep();
  expect(await poolOf(ref)).toBe("GPU");

  system.passTime(2_000);
  // Any number of processes may sweep.
  await Promise.all([system.sweep(), system.sweep()]);
  expect(await system.db.task.findUniqueOrThrow({ where: { id: ref.taskId } })).toMatchObject({
    pool: "CPU",
    status: "QUEUED",
    dispatchedAt: null,
    queuedAt,
  });
  expect(await movesOf(ref)).toEqual([
    {
      data: {
        taskId: ref.taskId,
        from: "GPU",
        to: "CPU",
        reason: "No worker with a GPU started it in time.",
      },
    },
  ]);
  expect((await waitOf(ref))?.reason).toBe("Waiting for a free worker.");
});

test("a task moves immediately when the last GPU worker leaves", async () => {
  await cpuSeen();
  await gpuSeen();
  const ref = await system.createQueuedVideo();
  system.passTime(1_000);
  await gpuSeen({ isStopping: true });
  await system.sweep();
  expect(await poolOf(ref)).toBe("CPU");
  expect(await movesOf(ref)).toMatchObject([
    { data: { reason: "No worker with a GPU is available any more." } },
  ]);
});

test("a video's first task does not wait for a busy GPU while a CPU worker is free", async () => {
  await cpuSeen();
  await gpuSeen();
  const running = await system.createQueuedVideo();
  await system.apply(attemptOf(running, "gpu").started);
  const ref = await system.createQueuedVideo();
  const rest = await system.createQueuedVideo();
  await system.db.task.update({ where: { id: rest.taskId }, data: { isRest: true } });
  await system.sweep();
  expect([await poolOf(ref), await poolOf(rest)]).toEqual(["CPU", "GPU"]);
  expect(await movesOf(ref)).toMatchObject([
    { data: { reason: expect.stringContaining("All workers with a GPU are busy") } },
  ]);
});

test("a task stays while no CPU worker is available, while its queue is paused, and once it was started", async () => {
  await gpuSeen();
  const ref = await system.createQueuedVideo();
  system.passTime(120_000);
  await system.sweep();
  expect(await poolOf(ref)).toBe("GPU");

  await cpuSeen();
  await system.db.workspace.updateMany({ data: { pausedAt: system.deps.clock() } });
  await system.sweep();
  expect(await poolOf(ref)).toBe("GPU");

  await system.db.workspace.updateMany({ data: { pausedAt: null } });
  await system.db.task.update({ where: { id: ref.taskId }, data: { status: "RUNNING" } });
  await system.sweep();
  expect(await poolOf(ref)).toBe("GPU");
  expect(await movesOf(ref)).toEqual([]);
});
