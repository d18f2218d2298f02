import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { attemptOf, createProjection } from "../testing/projection.ts";
import { estimate } from "./estimate.ts";
import { queuePosition } from "./queue.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(async () => {
  await system.db.video.deleteMany();
  await system.db.worker.deleteMany();
});

const worker = (slots: number) => {
  const now = system.deps.clock();
  const data = {
    hostname: "h",
    version: "0",
    encoders: [],
    ffmpegVersion: "0",
    startedAt: now,
    lastSeenAt: now,
  };
  return system.db.worker.create({ data: { ...data, id: "one", pools: ["CPU"], slots } });
};
const queued = async (priority: "INTERACTIVE" | "STANDARD" | "BULK") => {
  system.passTime(1_000);
  return await system.createQueuedVideo({ priority });
};

test("positions are those in which the dispatcher sends", async () => {
  await worker(1);
  const bulk = [await queued("BULK"), await queued("BULK")];
  const urgent = await queued("INTERACTIVE");
  const ids = [...bulk, urgent].map(({ jobId }) => jobId);
  const positions = await queuePosition(system.db, ids);
  expect(ids.map((id) => positions.get(id))).toEqual([2, 3, 1]);
});

test("a job that runs has no position", async () => {
  await worker(1);
  const ref = await queued("STANDARD");
  await system.dispatch();
  await system.apply(attemptOf(ref, "one").started);
  expect((await queuePosition(system.db, [ref.jobId])).get(ref.jobId)).toBeNull();
});

test("an estimate goes by the slots that are there, how long attempts took, and the place in the queue", async () => {
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
  // The first two begin at once, the next after half an attempt for each place further back.
  expect(waiting.map((id) => estimates.get(id))).toEqual([40_000, 40_000, 60_000, 80_000, 100_000]);
});

test("a running job's estimate is its slowest variant's, and none while one has none", async () => {
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
