import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { renderNeeds, workerRow } from "../testing/fleet-rows.ts";
import { attemptOf, createProjection } from "../testing/projection.ts";
import { estimate } from "./estimate.ts";
import { queuePosition } from "./queue.ts";
import { waits } from "./wait-reason.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(async () => {
  await system.db.video.deleteMany();
  await system.db.worker.deleteMany();
});

const worker = (slots: number) =>
  system.db.worker.create({ data: workerRow("one", { slots, now: system.deps.clock() }) });
const queued = async (priority: "INTERACTIVE" | "STANDARD" | "BULK") => {
  system.passTime(1_000);
  return await system.createQueuedVideo({ priority });
};

test("queue positions match the order in which the dispatcher sends", async () => {
  await worker(1);
  const bulk = [await queued("BULK"), await queued("BULK")];
  const urgent = await queued("INTERACTIVE");
  const ids = [...bulk, urgent].map(({ jobId }) => jobId);
  const positions = await queuePosition(system.db, ids);
  expect(ids.map((id) => positions.get(id))).toEqual([2, 3, 1]);
});

test("a running job has no position", async () => {
  await worker(1);
  const ref = await queued("STANDARD");
  await system.dispatch();
  await system.apply(attemptOf(ref, "one").started);
  expect((await queuePosition(system.db, [ref.jobId])).get(ref.jobId)).toBeNull();
});

test("an estimate depends on available slots, the duration of past attempts and the queue position", async () => {
  const done = await queued("STANDARD");
  const attempt = attemptOf(done, "one");
  await system.apply(attempt.started);
  system.passTime(40_000);
  await system.apply(attempt.completed(1));
  const waiting = [];
  for (let index = 0; index < 5; index += 1) waiting.push((await queued("STANDARD")).jobId);
  const now = system.deps.clock();
  expect((await estimate(system.db, waiting, now)).get(waiting[0] ?? "")).toBeNull();
  await worker(2);
  const estimates = await estimate(system.db, waiting, now);
  // The first two start immediately, each later one half an attempt after the one before.
  expect(waiting.map((id) => estimates.get(id))).toEqual([40_000, 40_000, 60_000, 80_000, 100_000]);
});

test("a running job's estimate is that of its slowest variant, and null while a variant has none", async () => {
  await worker(1);
  const ref = await queued("STANDARD");
  const attempt = attemptOf(ref, "one");
  await system.apply(attempt.started);
  await system.apply(attempt.advanced(1));
  const of = async () => (await estimate(system.db, [ref.jobId], system.deps.clock())).get(ref.jobId);
  expect(await of()).toBeNull();
  await system.db.variant.updateMany({ where: { name: "144p" }, data: { etaMs: 3_000 } });
  expect(await of()).toBeNull();
  await system.db.variant.updateMany({ where: { name: "360p" }, data: { etaMs: 9_000 } });
  expect(await of()).toBe(9_000);
});

/** As it is once the head of a long video is made: chunks that wait, and one that a worker is at. */
async function split(ref: { videoId: string; jobId: string; taskId: string }, waiting: number) {
  const { workspaceId } = system.viewer;
  const now = system.deps.clock();
  await system.db.attempt.updateMany({
    where: { taskId: ref.taskId, outcome: null },
    data: { outcome: "COMPLETED", endedAt: now },
  });
  await system.db.task.update({ where: { id: ref.taskId }, data: { status: "SUCCEEDED", endedAt: now } });
  await system.db.job.update({ where: { id: ref.jobId }, data: { status: "RUNNING", plan: {} } });
  const due = { queuedAt: now, dueAt: now, isRest: true, jobId: ref.jobId, workspaceId };
  const task = { ...due, kind: "CHUNK" as const, pool: "CPU" as const, requirements: renderNeeds };
  const starts = Array.from({ length: waiting }, (_, index) => (index + 1) * 8_000);
  await system.db.task.createMany({
    data: starts.map((startMs) =>
      Object.assign({ params: { version: 1, startMs }, status: "QUEUED" as const }, task),
    ),
  });
  return await system.db.task.create({ data: { ...task, status: "RUNNING" } });
}

test("first tasks go before the rest of any video, and a job whose rest waits counts as running", async () => {
  await worker(1);
  const long = await queued("INTERACTIVE");
  await split(long, 5);
  const bulk = await queued("BULK");
  const ids = [long.jobId, bulk.jobId];
  const positions = await queuePosition(system.db, ids);
  expect(ids.map((id) => positions.get(id))).toEqual([null, 1]);
  const reasons = await waits(system.db, ids, { now: system.deps.clock(), maxRunningTasks: null });
  expect(ids.map((id) => reasons.get(id)?.code)).toEqual([undefined, "FREE_SLOT"]);
});

test("a chunk that was already sent goes before a first task", async () => {
  const long = await queued("STANDARD");
  await split(long, 1);
  await system.db.task.updateMany({ where: { isRest: true }, data: { dispatchedAt: new Date() } });
  const next = await queued("STANDARD");
  expect((await queuePosition(system.db, [next.jobId])).get(next.jobId)).toBe(2);
});

test("a job that renders missing parts of a long video waits behind first tasks, ordered by due time", async () => {
  await worker(1);
  const long = await queued("INTERACTIVE");
  await split(long, 3);
  await system.db.task.deleteMany({ where: { jobId: long.jobId, status: { not: "QUEUED" } } });
  await system.db.job.update({ where: { id: long.jobId }, data: { status: "QUEUED" } });
  const bulk = await queued("BULK");
  const ids = [long.jobId, bulk.jobId];
  const positions = await queuePosition(system.db, ids);
  expect(ids.map((id) => positions.get(id))).toEqual([2, 1]);
  expect((await estimate(system.db, ids, system.deps.clock())).get(long.jobId)).toBeNull();
});

test("a job's estimate is based on its tasks while none of its variants is rendering", async () => {
  const ref = await queued("STANDARD");
  const attempt = attemptOf(ref, "one");
  await system.apply(attempt.started);
  await system.apply(attempt.advanced(1));
  const running = await split(ref, 6);
  const of = async () => (await estimate(system.db, [ref.jobId], system.deps.clock())).get(ref.jobId);
  expect(await of()).toBeNull();
  const now = system.deps.clock();
  const done = { workerId: "one", outcome: "COMPLETED" as const, leaseUntil: now };
  const startedAt = new Date(now.getTime() - 10_000);
  const task = await system.db.task.create({
    data: {
      kind: "CHUNK",
      pool: "CPU",
      requirements: renderNeeds,
      status: "SUCCEEDED",
      endedAt: now,
      isRest: true,
      jobId: ref.jobId,
      workspaceId: running.workspaceId,
    },
  });
  await system.db.attempt.create({
    data: { ...done, id: crypto.randomUUID(), taskId: task.id, number: 1, startedAt, endedAt: now },
  });
  expect(await of()).toBe(65_000);
});

test("a waiting job's estimate is based on the recent duration of first tasks and jobs", async () => {
  const done = await queued("STANDARD");
  const attempt = attemptOf(done, "one");
  await system.apply(attempt.started);
  system.passTime(10_000);
  await split(done, 0);
  const ends = new Date(system.deps.clock().getTime() + 50_000);
  await system.db.task.updateMany({
    where: { jobId: done.jobId, status: "RUNNING" },
    data: { status: "SUCCEEDED", endedAt: ends },
  });
  await system.db.job.update({ where: { id: done.jobId }, data: { status: "SUCCEEDED", endedAt: ends } });
  await worker(1);
  const waiting = [(await queued("STANDARD")).jobId, (await queued("STANDARD")).jobId];
  const estimates = await estimate(system.db, waiting, system.deps.clock());
  // The second begins when the first one's first task is done.
  expect(waiting.map((id) => estimates.get(id))).toEqual([60_000, 70_000]);
});
