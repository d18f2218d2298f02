import { setTimeout as delay } from "node:timers/promises";
import type { TaskRequested } from "@reelay/contracts";
import * as fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { claimTask, dispatch } from "../dispatcher/index.ts";
import { encodeGlobalId } from "../inputs/index.ts";
import { waits } from "../jobs/index.ts";
import { freeOffers, type OfferBook } from "../prices/index.ts";
import { everyKind, workerRow } from "../testing/fleet-rows.ts";
import { attemptOf, createProjection } from "../testing/projection.ts";
import { type Budgets, judgeBudget, noBudgets } from "./budgets.ts";
import { setBudgets } from "./index.ts";

const [free] = freeOffers.offers;
if (!free) throw new Error("There is a free offer.");
/** A thousandth of a dollar per second of a slot. */
const offers: OfferBook = {
  ...freeOffers,
  offers: [{ ...free, rate: { ...free.rate, slotSecond: 1_000_000_000 } }],
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
  await system.db.reachedBudget.deleteMany();
  await system.db.joinToken.deleteMany();
  await system.db.workspace.updateMany({ data: { maxDayMicros: null, maxJobMicros: null } });
  const data = workerRow("spare", { slots: 1_000, kinds: everyKind, now: system.deps.clock() });
  await system.db.worker.upsert({ where: { id: "spare" }, create: data, update: data });
});

const pass = (budgets: Partial<Budgets>) => {
  const { db, clock, log } = system.deps;
  const all = { ...noBudgets, ...budgets };
  return dispatch({
    db,
    clock,
    log,
    maxRunningTasks: null,
    split: { wholeUpToMs: 30_000 },
    budgets: all,
    offers,
  });
};
const reserved = async () => {
  const jobs = await system.db.job.findMany({ where: { reservedMicros: { not: null } } });
  return jobs.map(({ reservedMicros, spentMicros }) => Number(reservedMicros) - Number(spentMicros));
};
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const waitOf = async (jobId: string, budgets: Partial<Budgets>) =>
  (
    await waits(system.db, [jobId], {
      ...{ now: system.deps.clock(), maxRunningTasks: null, offers, budgets: { ...noBudgets, ...budgets } },
    })
  ).get(jobId);

test("200 videos created and dispatched concurrently never reserve more than the budget, and what is not spent returns", async () => {
  const [one] = [await system.createQueuedVideo()];
  await pass({ dayMicros: 1e12 });
  const [amount = 0] = await reserved();
  expect(amount).toBeGreaterThan(0);
  const dayMicros = amount * 7 + Math.floor(amount / 2);
  const refs = [one];
  const created = Promise.all(
    Array.from({ length: 199 }, async () => refs.push(await system.createQueuedVideo())),
  );
  const end = created.then(() => true);
  while (!(await Promise.race([end, delay(1, false)]))) {
    await Promise.all(Array.from({ length: 4 }, () => pass({ dayMicros })));
    expect(sum(await reserved())).toBeLessThanOrEqual(dayMicros);
  }
  await created;
  await Promise.all(Array.from({ length: 4 }, () => pass({ dayMicros })));
  expect(await reserved()).toHaveLength(7);
  expect(sum(await reserved())).toBeLessThanOrEqual(dayMicros);
  expect(await system.db.task.count({ where: { dispatchedAt: { not: null } } })).toBe(7);
  const waiting = await system.db.job.findFirstOrThrow({ where: { reservedMicros: null } });
  expect(await waitOf(waiting.id, { dayMicros })).toMatchObject({
    code: "BUDGET",
    reason: expect.stringMatching(
      /^May cost \$.+, and the budget of the day is \$.+ reserved\. It starts after/,
    ),
  });

  // Two jobs end for a second of a slot each: the rest of their money lets others start.
  const started = await system.db.task.findMany({ where: { dispatchedAt: { not: null } }, take: 2 });
  for (const { jobId } of started) {
    const ref = refs.find((each) => each.jobId === jobId);
    if (!ref) throw new Error("It was created here.");
    const attempt = attemptOf(ref, "spare", 0);
    await system.apply(attempt.started);
    const usage = { cpuSeconds: 1, wallSeconds: 1, peakMemoryBytes: 1 };
    await system.apply({ ...attempt.completed(1), usage });
  }
  const spent = await system.db.spendChange.aggregate({ _sum: { micros: true } });
  expect(Number(spent._sum.micros)).toBe(2_000);
  await Promise.all(Array.from({ length: 4 }, () => pass({ dayMicros })));
  const open = await system.db.job.findMany({
    where: { status: { in: ["QUEUED", "RUNNING"] }, reservedMicros: { not: null } },
  });
  expect(open.length).toBeGreaterThanOrEqual(7);
  expect(sum(open.map(({ reservedMicros }) => Number(reservedMicros))) + 2_000).toBeLessThanOrEqual(
    dayMicros,
  );
});

test("concurrent claims over the gateway never reserve more than the budget", async () => {
  await system.db.worker.deleteMany();
  const { db, clock, log } = system.deps;
  const deps = { db, clock, log, maxRunningTasks: null, split: { wholeUpToMs: 30_000 }, offers };
  await system.createQueuedVideo();
  const claims = async (workers: number, budgets: Partial<Budgets>) =>
    await Promise.all(
      Array.from({ length: workers }, async () => {
        const id = crypto.randomUUID();
        const data = {
          ...workerRow(id, { slots: 4, kinds: everyKind, now: clock() }),
          link: "GATEWAY" as const,
        };
        const worker = await db.worker.create({ data });
        const grant = (task: TaskRequested) => ({ task, columns: {} });
        const claim = { worker, attemptId: crypto.randomUUID(), grant };
        return await claimTask({ ...deps, budgets: { ...noBudgets, ...budgets } }, claim);
      }),
    );
  const [first] = await claims(1, { dayMicros: 1e12 });
  expect(first).not.toBeNull();
  const [amount = 0] = await reserved();
  expect(amount).toBeGreaterThan(0);
  for (let index = 0; index < 12; index += 1) await system.createQueuedVideo();
  const dayMicros = amount * 4 + Math.floor(amount / 2);
  const taken = await claims(12, { dayMicros });
  // Those that wanted the same task ask again, as workers do.
  for (let index = 0; index < 4; index += 1) taken.push(...(await claims(1, { dayMicros })));
  expect(taken.filter((claim) => claim !== null)).toHaveLength(3);
  expect(sum(await reserved())).toBeLessThanOrEqual(dayMicros);
  expect(await db.attempt.count()).toBe(4);
});

test("a job that is too dear lets others start, and a workspace without money does not hold up another", async () => {
  const dear = await system.createQueuedVideo();
  await system.db.video.update({
    where: { id: dear.videoId },
    data: { durationMs: 10_000_000, width: 3_840, height: 2_160, frameRate: 30 },
  });
  const usual = await system.createQueuedVideo();
  const jobMicros = 10_000_000;
  expect(await pass({ jobMicros })).toBe(1);
  expect(await waitOf(dear.jobId, { jobMicros })).toMatchObject({
    code: "BUDGET",
    reason: expect.stringContaining("the budget per job is $10.00. Raise the budget, or cancel the job."),
  });
  expect(
    (await system.db.job.findUniqueOrThrow({ where: { id: usual.jobId } })).reservedMicros,
  ).not.toBeNull();
  expect(await pass({})).toBe(1);
});

test("an hour of the installation counts all workspaces, and a budget of zero is refused", async () => {
  const ref = await system.createQueuedVideo();
  const other = await system.db.workspace.create({ data: { name: "other" } });
  const at = system.deps.clock();
  await system.db.spendChange.create({ data: { workspaceId: other.id, at, micros: 90_000_000 } });
  expect(await pass({ hourMicros: 90_000_000 })).toBe(0);
  expect(await waitOf(ref.jobId, { hourMicros: 90_000_000 })).toMatchObject({
    reason: expect.stringContaining("the budget of the installation's hour is $90.00"),
  });
  expect(await pass({ hourMicros: 900_000_000 })).toBe(1);

  const viewer = { ...system.viewer, scopes: ["OPERATOR" as const] };
  const { workspaceId } = viewer;
  await expect(setBudgets(system.deps, viewer, { workspaceId, dayMicros: 0 })).rejects.toMatchObject({
    ...{ code: "BUDGET_INVALID", field: "dayMicros" },
  });
  await setBudgets(system.deps, viewer, { workspaceId, dayMicros: 1 });
  await system.createQueuedVideo();
  expect(await pass({ dayMicros: 1e12 })).toBe(0);
});

test("a budget that is reached is in the workspace's log once, and again with another limit", async () => {
  await system.createQueuedVideo();
  await pass({ dayMicros: 1e12 });
  const [amount = 0] = await reserved();
  const { jobId } = await system.createQueuedVideo();
  await system.createQueuedVideo();
  const reached = async () => {
    const where = { workspaceId: system.viewer.workspaceId, type: "budget.reached" };
    return (await system.db.event.findMany({ where, orderBy: { id: "asc" } })).map(({ data }) => data);
  };
  for (let again = 0; again < 3; again += 1) await pass({ dayMicros: amount });
  const figures = { period: "DAY", of: "JOBS", amountMicros: amount, reservedMicros: amount, spentMicros: 0 };
  expect(await reached()).toEqual([
    { ...figures, limitMicros: amount, jobId: expect.stringMatching(/^\S+$/) },
  ]);
  await pass({ dayMicros: amount + 1 });
  expect(await reached()).toMatchObject([{}, { limitMicros: amount + 1 }]);
  // Each job that is too dear by itself.
  await pass({ jobMicros: 1 });
  await pass({ jobMicros: 1 });
  const dear = (await reached()).slice(2);
  expect(dear).toMatchObject([{ period: "JOB" }, { period: "JOB" }]);
  expect(dear).toContainEqual(expect.objectContaining({ jobId: encodeGlobalId("Job", jobId) }));
});

test("what a rented machine costs between tasks counts against the budgets of those that it worked for", async () => {
  const { db, deps } = system;
  const done = await system.createQueuedVideo();
  await pass({ dayMicros: 1e12 });
  const [amount = 0] = await reserved();
  const attempt = attemptOf(done, "rented", 0);
  await system.apply(attempt.started);
  await system.apply({
    ...attempt.completed(1),
    usage: { cpuSeconds: 0, wallSeconds: 0, peakMemoryBytes: 1 },
  });
  await system.createQueuedVideo();
  const at = new Date(deps.clock().getTime() - 60_000);
  const token = { name: "acme-1", prefix: "rj_", hash: crypto.randomUUID(), realm: "OWN" as const };
  await db.launch.create({
    data: {
      ...{ target: "burst", pool: "CPU", slots: 1, status: "RUNNING", passedOver: [], minimumSeconds: 0 },
      ...{
        plannedAt: at,
        nextCallAt: at,
        joinsBy: at,
        endsAt: at,
        acceptedAt: at,
        secondPico: 1_000_000_000n,
      },
      joinToken: { create: { ...token, expiresAt: at, usedAt: at, workerId: "rented" } },
    },
  });
  // A minute of the machine.
  expect(await pass({ dayMicros: amount + 59_000 })).toBe(0);
  expect(await pass({ hourMicros: amount + 59_000 })).toBe(0);
  expect(await pass({ dayMicros: amount + 62_000 })).toBe(1);
});

test("a job is refused exactly if spent, reserved and its estimate exceed a limit", () => {
  const amount = fc.nat(1_000);
  const limit = fc.option(fc.nat(2_000), { nil: null });
  fc.assert(
    fc.property(
      amount,
      amount,
      amount,
      amount,
      limit,
      limit,
      limit,
      (...[spent, held, hour, cost, job, day, perHour]) => {
        const use = { spentMicros: spent, reservedMicros: held };
        const budgets = { jobMicros: job, dayMicros: day, monthMicros: null, hourMicros: perHour };
        const refusal = judgeBudget(
          { jobId: "job", workspaceId: "one", amountMicros: cost },
          {
            budgets: new Map([["one", budgets]]),
            uses: new Map([["one", { DAY: use, MONTH: use }]]),
            hour: { spentMicros: hour, reservedMicros: 0 },
          },
        );
        const isOver =
          cost > (job ?? Infinity) ||
          spent + held + cost > (day ?? Infinity) ||
          hour + cost > (perHour ?? Infinity);
        expect(refusal !== null).toBe(isOver);
      },
    ),
  );
});
