import { randomUUID } from "node:crypto";
import { decodeMessage } from "@reelay/contracts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { JobPriority } from "../../prisma/generated/enums.ts";
import { waits } from "../jobs/index.ts";
import { workerRow } from "../testing/fleet-rows.ts";
import { attemptOf, createProjection } from "../testing/projection.ts";
import { UNKNOWN_SLOTS } from "./read-queue.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(async () => {
  await system.db.video.deleteMany();
  await system.db.worker.deleteMany();
  await system.db.outboxMessage.deleteMany();
  await system.db.workspace.updateMany({
    data: { pausedAt: null, maxRunningTasks: null, maxActiveJobs: null },
  });
});

const worker = (id: string, slots: number, silentForMs = 0, expressSlots = 0) => {
  const now = system.deps.clock();
  const startedAt = new Date(now.getTime() - 3_600_000);
  const lastSeenAt = new Date(now.getTime() - silentForMs);
  return system.db.worker.create({
    data: { ...workerRow(id, { slots, expressSlots }), startedAt, lastSeenAt },
  });
};
const queue = async (count: number, priority: JobPriority = "STANDARD") => {
  const refs = [];
  for (let index = 0; index < count; index += 1) {
    // Milliseconds decide the order of arrival.
    system.passTime(1);
    refs.push(await system.createQueuedVideo({ priority }));
  }
  return refs;
};
const sent = async () =>
  (await system.db.outboxMessage.findMany({ orderBy: { id: "asc" } })).map(({ data }) => {
    const decoded = decodeMessage(data);
    return decoded.ok && decoded.message.type === "task.requested.v1" ? decoded.message.taskId : null;
  });

test("the dispatcher sends as many tasks as there are free slots, oldest first; the others wait in the database", async () => {
  await worker("one", 2);
  await worker("two", 1);
  await worker("silent", 8, 60_000);
  const refs = await queue(5);
  expect(await system.dispatch()).toBe(3);
  expect(await sent()).toEqual(refs.slice(0, 3).map(({ taskId }) => taskId));
  expect(await system.dispatch()).toBe(0);
});

test("a slot that becomes free is given to the next task", async () => {
  await worker("one", 1);
  const [first, second] = await queue(2);
  if (!first || !second) throw new Error("two were queued");
  await system.dispatch();
  const attempt = attemptOf(first, "one");
  await system.apply(attempt.started);
  expect(await system.dispatch()).toBe(0);
  await system.apply(attempt.completed(1));
  expect(await system.dispatch()).toBe(1);
  expect((await sent()).at(-1)).toBe(second.taskId);
});

describe("a worker whose slots are taken", () => {
  const isExpress = async () =>
    (await system.db.outboxMessage.findMany({ orderBy: { id: "asc" } })).map(({ attributes }) =>
      (attributes as { kind: string }).kind.endsWith("@express"),
    );

  /** Slots of the worker `one` are taken. */
  const fill = async (slots: number, expressSlots: number) => {
    await worker("one", slots, 0, expressSlots);
    const refs = await queue(slots);
    await system.dispatch();
    for (const ref of refs) await system.apply(attemptOf(ref, "one").started);
    await system.db.outboxMessage.deleteMany();
  };

  test("gets first tasks of new videos for its express slots, and no more than it has", async () => {
    await fill(1, 2);
    const refs = await queue(3);
    expect(await system.dispatch()).toBe(2);
    expect(await system.dispatch()).toBe(0);
    expect(await sent()).toEqual(refs.slice(0, 2).map(({ taskId }) => taskId));
    expect(await isExpress()).toEqual([true, true]);
  });

  test("gets a task once: what its express slot has returned waits for a slot", async () => {
    await fill(1, 1);
    const [ref] = await queue(1);
    if (!ref) throw new Error("one was queued");
    await system.dispatch();
    const attempt = attemptOf(ref, "one");
    await system.apply(attempt.started);
    await system.apply(attempt.stopped(1, "INTERRUPTED"));
    expect(await system.dispatch()).toBe(0);
    await worker("two", 1);
    expect(await system.dispatch()).toBe(1);
    expect(await isExpress()).toEqual([true, false]);
  });

  test("gets no bulk work, no video that plays already, and no upload that is still arriving", async () => {
    await fill(1, 1);
    await queue(1, "BULK");
    const [playing, arriving] = await queue(2);
    await system.db.video.update({
      where: { id: playing?.videoId ?? "" },
      data: { status: "PLAYABLE", playableAt: new Date() },
    });
    await system.db.source.update({
      where: { videoId: arriving?.videoId ?? "" },
      data: { kind: "UPLOAD", url: null, uploadProtocol: "TUS", uploadExpiresAt: new Date(), sizeBytes: 5 },
    });
    expect(await system.dispatch()).toBe(0);
  });
});

test("an urgent task overtakes a flood of earlier tasks", async () => {
  await worker("one", 1);
  await queue(20, "BULK");
  const [urgent] = await queue(1, "INTERACTIVE");
  // One dispatch in eight goes to the most overdue task.
  for (let turn = 0; turn < 100 && !(await sent()).includes(urgent?.taskId ?? ""); turn += 1) {
    await system.db.outboxMessage.deleteMany();
    await system.db.task.updateMany({ data: { dispatchedAt: null } });
    await system.dispatch();
  }
  expect(await sent()).toEqual([urgent?.taskId]);
});

test("without a registered worker, a few tasks are sent in advance", async () => {
  await queue(UNKNOWN_SLOTS + 3);
  expect(await system.dispatch()).toBe(UNKNOWN_SLOTS);
  expect(await system.dispatch()).toBe(0);
});

test("while workers are rented, tasks stay in the queue until a worker of the broker is there", async () => {
  await queue(3);
  expect(await system.dispatch({ areWorkersRented: true })).toBe(0);
  await worker("one", 2);
  expect(await system.dispatch({ areWorkersRented: true })).toBe(2);
});

test("concurrent dispatchers send each task once", async () => {
  await worker("one", 12);
  await queue(12);
  await Promise.all(Array.from({ length: 8 }, () => system.dispatch()));
  const ids = await sent();
  expect(new Set(ids).size).toBe(12);
  expect(ids).toHaveLength(12);
});

test("no task of a paused workspace is sent until it is resumed, and its queue position is kept", async () => {
  await worker("one", 4);
  const [ref] = await queue(1);
  await system.db.workspace.updateMany({ data: { pausedAt: new Date() } });
  expect(await system.dispatch()).toBe(0);
  const options = { now: system.deps.clock(), maxRunningTasks: null };
  expect((await waits(system.db, [ref?.jobId ?? ""], options)).get(ref?.jobId ?? "")?.code).toBe("PAUSED");
  await system.db.workspace.updateMany({ data: { pausedAt: null } });
  expect(await system.dispatch()).toBe(1);
});

test("tasks over a workspace's quota of running tasks wait with the reason QUOTA", async () => {
  await worker("one", 4);
  const [, second] = await queue(2);
  await system.db.workspace.updateMany({ data: { maxRunningTasks: 1 } });
  expect(await system.dispatch()).toBe(1);
  const options = { now: system.deps.clock(), maxRunningTasks: null };
  const wait = (await waits(system.db, [second?.jobId ?? ""], options)).get(second?.jobId ?? "");
  expect(wait).toEqual({
    code: "QUOTA",
    reason: "The workspace has 1 tasks on workers, and its limit is 1.",
  });
});

test("a task that no worker accepted is sent again if a worker is free, and not while all are busy", async () => {
  await worker("one", 1);
  const [first] = await queue(1);
  await system.dispatch();
  await system.db.outboxMessage.deleteMany();
  await system.db.task.updateMany({ data: { publishedAt: system.deps.clock() } });
  system.passTime(20_000);
  await system.db.worker.updateMany({ data: { lastSeenAt: system.deps.clock() } });
  await system.sweep();
  expect(await system.dispatch()).toBe(1);
  expect(await sent()).toEqual([first?.taskId]);

  await system.db.worker.updateMany({ data: { slots: 0 } });
  await system.db.task.updateMany({ data: { publishedAt: system.deps.clock() } });
  system.passTime(20_000);
  await system.db.worker.updateMany({ data: { lastSeenAt: system.deps.clock() } });
  await system.sweep();
  expect(await system.db.task.count({ where: { dispatchedAt: null } })).toBe(0);
});

test("a task is sent again only after the start time that a free worker offers has passed", async () => {
  const slow = workerRow("slow", { startWithinMs: 180_000, now: system.deps.clock() });
  await system.db.worker.create({ data: { ...slow, startedAt: new Date(0) } });
  await queue(1);
  await system.dispatch();
  await system.db.task.updateMany({ data: { publishedAt: system.deps.clock() } });
  const waitsAgainAfter = async (ms: number) => {
    system.passTime(ms);
    await system.db.worker.updateMany({ data: { lastSeenAt: system.deps.clock() } });
    await system.sweep();
    return (await system.db.task.count({ where: { dispatchedAt: null } })) === 1;
  };
  expect(await waitsAgainAfter(170_000)).toBe(false);
  // A worker that starts sooner is free, too, and would have started it long ago.
  const quick = workerRow("quick", { now: system.deps.clock(), kinds: [] });
  await system.db.worker.create({ data: { ...quick, startedAt: new Date(0) } });
  expect(await waitsAgainAfter(1_000)).toBe(false);
  await system.db.worker.update({ where: { id: "quick" }, data: { offer: workerRow("quick").offer } });
  expect(await waitsAgainAfter(1_000)).toBe(true);
});

test("tasks that no worker supports wait, and later tasks are sent", async () => {
  await worker("one", 2);
  const refs = await queue(3);
  for (const [index, { taskId }] of refs.slice(0, 2).entries())
    await system.db.task.update({
      where: { id: taskId },
      data: { requirements: { version: 1, runtime: `manim-${index}` } },
    });
  expect(await system.dispatch()).toBe(1);
  expect(await sent()).toEqual([refs[2]?.taskId]);
});

test("a job in backoff is not sent before its time", async () => {
  await worker("one", 4);
  await queue(1);
  await system.db.task.updateMany({
    data: { availableAt: new Date(system.deps.clock().getTime() + 60_000) },
  });
  expect(await system.dispatch()).toBe(0);
  system.passTime(60_000);
  await system.db.worker.updateMany({ data: { lastSeenAt: system.deps.clock() } });
  expect(await system.dispatch()).toBe(1);
});

test("a task whose message cannot be encoded is set aside and delays no other task", async () => {
  await worker("one", 4);
  const [broken, fine] = await queue(2);
  await system.db.job.update({
    where: { id: broken?.jobId ?? "" },
    data: { profile: { rungs: randomUUID() } },
  });
  expect(await system.dispatch()).toBe(1);
  expect(await sent()).toEqual([fine?.taskId]);
});

test("a task is not sent while every worker's machine ends before tasks of its kind do", async () => {
  const now = system.deps.clock();
  await worker("one", 1);
  const done = await queue(5);
  for (const ref of done) {
    const startedAt = new Date(now.getTime() - 60_000);
    await system.db.attempt.create({
      data: {
        ...{ id: randomUUID(), taskId: ref.taskId, number: 1, workerId: "one", leaseUntil: now },
        ...{ outcome: "COMPLETED", startedAt, endedAt: now },
      },
    });
    await system.db.task.update({
      where: { id: ref.taskId },
      data: { status: "SUCCEEDED", endedAt: now },
    });
  }
  const [next] = await queue(1);
  const endsIn = (ms: number) =>
    system.db.worker.updateMany({ data: { deadlineAt: new Date(system.deps.clock().getTime() + ms) } });
  await endsIn(30_000);
  expect(await system.dispatch()).toBe(0);
  const wait = await waits(system.db, [next?.jobId ?? ""], {
    now: system.deps.clock(),
    maxRunningTasks: null,
  });
  expect(wait.get(next?.jobId ?? "")).toEqual({
    code: "NO_WORKER",
    reason: "Takes about 60 s; the worker online ends before that.",
  });
  await endsIn(90_000);
  expect(await system.dispatch()).toBe(1);
  expect(await sent()).toEqual([next?.taskId]);
});
