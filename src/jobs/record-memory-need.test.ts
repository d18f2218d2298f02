import { afterAll, beforeAll, expect, test } from "vitest";
import { attemptOf, createProjection, type TaskRef } from "../testing/projection.ts";

const gib = 1024 ** 3;

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

const readTask = ({ taskId }: TaskRef) =>
  system.db.task.findUniqueOrThrow({ where: { id: taskId }, include: { attempts: true, job: true } });

/** Two workers say what they are. */
async function introduce(...sizes: (number | undefined)[]): Promise<void> {
  await system.db.worker.deleteMany();
  for (const [index, memoryBytes] of sizes.entries()) {
    const { seen } = attemptOf({ videoId: "", jobId: "", taskId: "" }, `worker-${index}`);
    const offer = { ...seen.offer, ...(memoryBytes !== undefined && { memoryBytes, cpus: 2 }) };
    const words = { ...seen, attempts: [], offer };
    await system.apply(words);
    const now = system.deps.clock();
    await system.db.worker.update({ where: { id: `worker-${index}` }, data: { lastSeenAt: now } });
  }
}

async function handBack(ref: TaskRef, needsMemoryBytes: number) {
  const attempt = attemptOf(ref, "worker-0");
  await system.apply(attempt.started);
  const error = {
    code: "NEEDS_MORE_MEMORY",
    message: "Too little.",
    scope: "WORKER",
    retriable: true,
  } as const;
  await system.apply({ ...attempt.failed(1, "FAILED"), error, needsMemoryBytes });
}

test("a worker's memory and processors are stored with its offer", async () => {
  await introduce(2 * gib);
  expect(await system.db.worker.findUnique({ where: { id: "worker-0" } })).toMatchObject({
    offer: { memoryBytes: 2 * gib, cpus: 2 },
  });
});

test("resource usage is stored with the attempt that ended", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  const usage = { cpuSeconds: 12.5, peakMemoryBytes: 3 * gib, wallSeconds: 8.25 };
  await system.apply({ ...attempt.completed(1), usage });
  expect((await readTask(ref)).attempts).toMatchObject([
    { cpuSeconds: 12.5, peakMemoryBytes: BigInt(3 * gib), wallSeconds: 8.25 },
  ]);
});

test("an attempt that waits for memory is marked until it continues, and keeps its lease", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref, "worker-0");
  await system.apply(attempt.started);
  const say = (waitsForMemory: boolean) => {
    system.passTime(20_000);
    const at = system.deps.clock().toISOString();
    const { taskId, attemptId } = { ...ref, attemptId: attempt.attemptId };
    return system.apply({ ...attempt.seen, at, attempts: [{ taskId, attemptId, waitsForMemory }] });
  };
  await say(true);
  expect((await readTask(ref)).attempts).toMatchObject([{ waitsForMemory: true }]);
  await say(true);
  await system.sweep();
  expect((await readTask(ref)).attempts).toMatchObject([{ waitsForMemory: true, outcome: null }]);
  await say(false);
  expect((await readTask(ref)).attempts).toMatchObject([{ waitsForMemory: false }]);
  await system.apply(attempt.completed(1));
});

test("a task that is too large for its worker goes to a larger one and uses no try", async () => {
  await introduce(2 * gib, 8 * gib);
  const ref = await system.createQueuedVideo();
  await handBack(ref, 4 * gib);
  expect(await readTask(ref)).toMatchObject({
    status: "QUEUED",
    tries: 0,
    handBacks: 1,
    requirements: { memoryBytes: 4 * gib },
    attempts: [{ outcome: "FAILED", error: { code: "NEEDS_MORE_MEMORY" } }],
  });
  const [message] = await system.takeMessages(ref);
  expect(message).toMatchObject({ requirements: { memoryBytes: 4 * gib } });
});

test("the job fails if no available worker has enough memory, and states the need and the largest worker", async () => {
  await introduce(2 * gib, 3 * gib);
  const ref = await system.createQueuedVideo();
  await handBack(ref, 4 * gib);
  expect((await readTask(ref)).job).toMatchObject({
    status: "FAILED",
    error: {
      code: "NEEDS_MORE_MEMORY",
      retriable: true,
      message: expect.stringMatching(/needs a worker with 4\.0 GiB of memory; the largest one has 3\.0 GiB/),
    },
  });
});

test("a worker that does not report its memory is retried, but not forever", async () => {
  await introduce(undefined);
  const ref = await system.createQueuedVideo();
  for (let time = 1; time < 20; time += 1) await handBack(ref, 4 * gib);
  expect(await readTask(ref)).toMatchObject({ status: "QUEUED", handBacks: 19 });
  await handBack(ref, 4 * gib);
  expect((await readTask(ref)).job).toMatchObject({ status: "FAILED", error: { code: "NEEDS_MORE_MEMORY" } });
});

test("a task that was handed back waits at most a minute for a larger worker that has left", async () => {
  await introduce(2 * gib, 8 * gib);
  const ref = await system.createQueuedVideo();
  await handBack(ref, 4 * gib);
  await introduce(2 * gib);
  await system.sweep();
  expect(await readTask(ref)).toMatchObject({ status: "QUEUED" });
  system.passTime(70_000);
  await introduce(2 * gib);
  await system.sweep();
  expect((await readTask(ref)).job).toMatchObject({ status: "FAILED", error: { code: "NEEDS_MORE_MEMORY" } });
});

test("an attempt that ran out of memory doubles the next attempt's estimate", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  const error = {
    code: "ENCODER_OUT_OF_MEMORY",
    message: "Killed.",
    scope: "WORKER",
    retriable: true,
  } as const;
  await system.apply({ ...attempt.failed(1, "FAILED"), error });
  expect(await readTask(ref)).toMatchObject({ status: "QUEUED", tries: 1, outOfMemory: 1 });
  const [message] = await system.takeMessages(ref);
  expect(message).toMatchObject({ outOfMemory: 1 });
});
