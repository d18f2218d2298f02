import type { StoredFolder } from "@reelay/contracts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { cancelJob } from "../jobs/index.ts";
import type { ComputeOffer, OfferBook } from "../prices/index.ts";
import { workerRow } from "../testing/fleet-rows.ts";
import { attemptOf, createProjection, type TaskRef } from "../testing/projection.ts";
import { deleteVideo } from "../videos/index.ts";
import { chargeLaunches, divide } from "./charge-launches.ts";
import { foldSpend, readCosts, readSpend } from "./index.ts";

/** A cent per second of a slot, a cent per second of processor time, a tenth of one per object. */
const cents = 10_000_000_000;
const offer = (name: string, slotSecond: number): ComputeOffer => ({
  ...{ name, provider: "local", class: "machine", pool: "CPU", isSpot: false, vcpus: 4, slots: 1 },
  ...{ startSeconds: 0, startMicros: 0, minimumSeconds: 0, prices: { retrievedAt: "2026-11-23" } },
  rate: {
    ...{ version: 1, offer: name, pricesOf: "2026-11-23", slotSecond, cpuSecond: cents, object: cents / 10 },
    egressGib: 0,
  },
});
const offers: OfferBook = {
  ...{ policy: "FASTEST", deadlineSeconds: null },
  offers: [offer("usual", cents), offer("spot", cents / 2)],
};

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
  Object.assign(system.deps, { offers });
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(async () => {
  await system.clear();
  await system.db.spendChange.deleteMany();
  await system.db.spendHour.deleteMany();
  await system.db.joinToken.deleteMany();
});

/** A machine that was rented for a worker, at a cent a second. */
async function rentFor(workerId: string, { minimumSeconds = 0 } = {}) {
  const { db, deps } = system;
  const at = deps.clock();
  const token = { name: "acme-1", prefix: "rj_", hash: crypto.randomUUID(), realm: "OWN" as const };
  const { id } = await db.launch.create({
    data: {
      ...{ target: "burst", pool: "CPU", slots: 1, status: "RUNNING", passedOver: [], minimumSeconds },
      ...{
        plannedAt: at,
        nextCallAt: at,
        joinsBy: at,
        endsAt: at,
        acceptedAt: at,
        secondPico: BigInt(cents),
      },
      joinToken: { create: { ...token, expiresAt: at, usedAt: at, workerId } },
    },
  });
  return {
    end: () =>
      db.launch.update({
        where: { id },
        data: { status: "ENDED", endedAt: deps.clock(), endCode: "DRAINED" },
      }),
  };
}

const usage = { cpuSeconds: 12, wallSeconds: 8, peakMemoryBytes: 1_000 };
const stored: StoredFolder[] = [
  {
    folder: "720p",
    files: [
      ["a.m4s", 1, "AAAAAA=="],
      ["b.m4s", 1, "AAAAAA=="],
    ],
  },
];
const jobCost = async ({ jobId }: TaskRef) =>
  (await readCosts(system.db, { of: "job", ids: [jobId] }, system.deps.clock())).get(jobId);
const charge = () => chargeLaunches(system.db, system.deps.clock());
const spend = async () =>
  (await readSpend(system.db, [system.viewer.workspaceId], system.deps.clock())).get(
    system.viewer.workspaceId,
  );

test("a job costs what each of its attempts took, lost ones until their lease ended, and late reports cost nothing", async () => {
  const ref = await system.createQueuedVideo();
  const lost = attemptOf(ref, "one", 0);
  await system.apply(lost.started);
  system.passTime(5_000);
  // It runs: the time since its start.
  expect(await jobCost(ref)).toMatchObject({ totalMicros: 50_000, isFinal: false });
  system.passTime(120_000);
  await system.sweep();
  // 30 s of lease.
  expect(await jobCost(ref)).toMatchObject({ totalMicros: 300_000, overheadMicros: 300_000, isFinal: false });

  system.passTime(60_000);
  const done = attemptOf(ref, "two", 1);
  await system.apply(done.started);
  const report = { ...done.completed(1), usage, stored };
  await system.apply(report);
  const cost = {
    ...{ computeMicros: 300_000 + 80_000 + 120_000, objectsMicros: 2_000, egressMicros: 0 },
    ...{ idleMicros: 0, overheadMicros: 300_000, totalMicros: 502_000, isFinal: true },
  };
  expect(await jobCost(ref)).toEqual(cost);
  await system.apply(report);
  await system.apply({ ...lost.completed(9), usage });
  expect(await jobCost(ref)).toEqual(cost);
  const { data } = await system.db.event.findFirstOrThrow({ where: { type: "job.succeeded" } });
  expect(data).toEqual({ costMicros: 502_000 });
  expect(await spend()).toMatchObject({ allMicros: 502_000 });
});

test("a canceled attempt is charged once, and a deleted video stays in its workspace's spend", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref, "one", 0);
  await system.apply(attempt.started);
  system.passTime(3_000);
  await cancelJob(system.operations, system.viewer, { jobId: ref.jobId });
  await system.apply({
    ...attempt.stopped(1, "CANCELED"),
    usage: { ...usage, cpuSeconds: 1, wallSeconds: 3 },
  });
  expect(await jobCost(ref)).toMatchObject({ totalMicros: 40_000, overheadMicros: 40_000, isFinal: true });
  await deleteVideo(system.operations, system.viewer, { videoId: ref.videoId });
  expect(await spend()).toEqual({
    ...{ hourMicros: 40_000, dayMicros: 40_000, monthMicros: 40_000, allMicros: 40_000 },
  });
  await Promise.all([foldSpend(system.db), foldSpend(system.db)]);
  await foldSpend(system.db);
  expect(await system.db.spendChange.count()).toBe(0);
  expect(await spend()).toMatchObject({ hourMicros: 40_000, allMicros: 40_000 });
  system.passTime(40 * 86_400_000);
  expect(await spend()).toEqual({ hourMicros: 0, dayMicros: 0, monthMicros: 0, allMicros: 40_000 });
});

test("a worker that names its offer is charged by it, at the prices of the start", async () => {
  const ref = await system.createQueuedVideo();
  const row = workerRow("cheap", { now: system.deps.clock() });
  await system.db.worker.create({
    data: { ...row, offer: { ...(row.offer as object), computeOffer: "spot" } },
  });
  const attempt = attemptOf(ref, "cheap", 0);
  await system.apply(attempt.started);
  Object.assign(system.deps, { offers: { ...offers, offers: [offer("spot", cents * 100)] } });
  await system.apply({ ...attempt.completed(1), usage: { ...usage, cpuSeconds: 0 } });
  Object.assign(system.deps, { offers });
  expect(await jobCost(ref)).toMatchObject({ computeMicros: 40_000 });
});

test("a rented machine's boot, pauses and least billed time are charged to its tasks, once, by their time", async () => {
  const [one, two] = [await system.createQueuedVideo(), await system.createQueuedVideo()];
  const machine = await rentFor("rented", { minimumSeconds: 100 });
  // Ten seconds of boot.
  system.passTime(10_000);
  const took = async (ref: TaskRef, seconds: number) => {
    const attempt = attemptOf(ref, "rented", 0);
    await system.apply(attempt.started);
    system.passTime(seconds * 1_000);
    const report = { ...usage, cpuSeconds: 0, wallSeconds: seconds };
    await system.apply({ ...attempt.completed(1), usage: report });
  };
  await took(one, 10);
  await took(two, 30);
  system.passTime(20_000);
  await charge();
  // It runs: nothing is spread, and the cost is not final.
  expect(await jobCost(one)).toMatchObject({ computeMicros: 100_000, idleMicros: 0, isFinal: false });
  await machine.end();
  await Promise.all([charge(), charge()]);
  await charge();
  // 100 s are billed, 40 s of them were work: a quarter and three quarters of 60 s.
  expect(await jobCost(one)).toMatchObject({
    ...{ computeMicros: 100_000, idleMicros: 150_000, overheadMicros: 150_000, totalMicros: 250_000 },
    isFinal: true,
  });
  expect(await jobCost(two)).toMatchObject({ idleMicros: 450_000, totalMicros: 750_000, isFinal: true });
  expect(await spend()).toMatchObject({ allMicros: 1_000_000 });
  const { spentMicros } = await system.db.job.findUniqueOrThrow({ where: { id: one.jobId } });
  expect(spentMicros).toBe(250_000n);
});

test("a machine is charged when the last attempt of its lost worker has ended, and one without tasks to no workspace", async () => {
  const ref = await system.createQueuedVideo();
  const machine = await rentFor("lost");
  const attempt = attemptOf(ref, "lost", 0);
  await system.apply(attempt.started);
  const idle = await rentFor("idle");
  system.passTime(20_000);
  await machine.end();
  await idle.end();
  await charge();
  expect(await jobCost(ref)).toMatchObject({ idleMicros: 0, isFinal: false });
  system.passTime(120_000);
  await system.sweep();
  await charge();
  // Its lease lasted longer than the machine, which leaves nothing to spread.
  expect(await jobCost(ref)).toMatchObject({ computeMicros: 300_000, idleMicros: 0 });
  expect(await system.db.launch.count({ where: { chargedAt: null } })).toBe(0);
  expect(await spend()).toMatchObject({ allMicros: 300_000 });
});

test("what is divided by time adds up, also where nothing took time", () => {
  const parts = [1, 1, 1].map((wallSeconds) => ({ wallSeconds }));
  expect(divide(100, parts).map(([, micros]) => micros)).toEqual([33, 34, 33]);
  const none = [0, 0].map((wallSeconds) => ({ wallSeconds }));
  expect(divide(5, none).map(([, micros]) => micros)).toEqual([3, 2]);
  expect(divide(5, [])).toEqual([]);
});
