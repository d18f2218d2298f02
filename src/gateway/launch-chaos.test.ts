/**
 * Rented workers by the thousand, on simulated time: providers misbehave in every way, API processes are
 * killed, and tasks are claimed, leased, finished and swept by the real code on a real database.
 */
import { randomUUID } from "node:crypto";
import type { TaskRequested } from "@reelay/contracts";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { claimTask } from "../dispatcher/index.ts";
import { createLauncher, type LaunchTarget } from "../launches/index.ts";
import { freeOffers } from "../prices/index.ts";
import { createSecretBox } from "../secrets/index.ts";
import { attemptOf, createProjection } from "../testing/projection.ts";
import { createOddProvider, type Quirk, quirks, unnamedMachines } from "./testing/odd-provider.ts";

const TASKS = 5_000;
const LAUNCHES = 1_000;
const SEED = 20_261_125;
const STEP_MS = 5_000;
/** Tasks that wait at the same time. */
const WAITING = 120;
/** A dollar an hour for each machine, and at most so many dollars: fewer machines than the queue wants. */
const MACHINE_MICROS = 1_000_000;
const HOUR_MICROS = 20_000_000;
const HOUR_MS = 3_600_000;
const GRACE_MS = 90_000;
/** The provider that does not list its machines. */
const LISTS_KNOWN = 1;
/** Of machines, by their provider: their start and life, and a minute. */
const ENDS_WITHIN_MS = 180_000;

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

/** Numbers from 0 to 1, the same for a seed: mulberry32. */
function createDice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Held {
  attempt: ReturnType<typeof attemptOf>;
  attemptId: string;
  doneAt: number;
}

/** What workers do: a task is claimed as over the gateway, takes a while, and is reported as done. */
function createWork(dice: () => number) {
  const { db, deps, apply } = system;
  const held = new Map<string, Held>();
  const time = () => deps.clock().getTime();
  // One look at the queue at a time, as in the gateway.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(look: () => Promise<T>): Promise<T> => {
    const turn = last.then(look);
    last = turn.catch(() => undefined);
    return turn;
  };
  return {
    async work(workerId: string, mayTake: boolean): Promise<boolean> {
      const own = held.get(workerId);
      if (own !== undefined) {
        if (time() < own.doneAt) return true;
        held.delete(workerId);
        await apply({ ...own.attempt.completed(1), attemptId: own.attemptId });
      }
      if (!mayTake) return false;
      const worker = await db.worker.findUnique({ where: { id: workerId } });
      if (worker === null) return false;
      const attemptId = randomUUID();
      const claim = { worker, attemptId, grant: (task: TaskRequested) => ({ task, columns: {} }) };
      const limits = { maxRunningTasks: null, split: { wholeUpToMs: 30_000 } };
      const claimed = await inTurn(() => claimTask({ ...deps, ...limits }, claim));
      if (claimed === null) return own !== undefined;
      const { task } = claimed;
      const attempt = attemptOf(task, workerId, task.fencingToken);
      held.set(workerId, { attempt, attemptId, doneAt: time() + 5_000 + dice() * 10_000 });
      return true;
    },
    async leave(workerId: string): Promise<void> {
      const own = held.get(workerId);
      if (own === undefined) return;
      held.delete(workerId);
      await apply({ ...own.attempt.stopped(1, "INTERRUPTED"), attemptId: own.attemptId });
    },
  };
}

/** Four providers, and two API processes that rent there and may be killed while a provider is called. */
function rent(dice: () => number) {
  const { db, deps } = system;
  const worker = createWork(dice);
  const work = (workerId: string, mayTake: boolean) => worker.work(workerId, mayTake);
  const leave = (workerId: string) => worker.leave(workerId);
  const odd = quirks.filter((quirk) => quirk !== "FINE");
  const draw = (): Quirk => (dice() < 0.6 ? "FINE" : (odd[Math.floor(dice() * odd.length)] ?? "FINE"));
  let kills = 0;
  /** A killed process: what it was waiting for never comes back to it. */
  const dead = Promise.withResolvers<never>().promise;
  let die = Promise.withResolvers<void>();
  const onCall = async (): Promise<void> => {
    if (dice() >= 0.02) return;
    kills += 1;
    die.resolve();
    await dead;
  };
  const providers = Array.from({ length: 4 }, (_, index) =>
    createOddProvider({
      ...{ db, clock: deps.clock, script: [], draw, work, leave, onCall, random: dice },
      lists: index === LISTS_KNOWN ? "KNOWN" : "ALL",
    }),
  );
  const [free] = freeOffers.offers;
  if (free === undefined) throw new Error("The release has an offer.");
  const slotSecond = Math.round((MACHINE_MICROS * 1e6) / 3_600);
  const offer = { ...free, rate: { ...free.rate, slotSecond } };
  const targets = providers.map(
    ({ backend }, index): LaunchTarget => ({
      ...{ name: `target-${index}`, kind: "ODD", offer, backend, realm: "OWN", maxInstances: 15 },
      ...{ afterSeconds: 0, startTimeoutSeconds: 60, idleExitSeconds: 20, maxLifeSeconds: 60 },
      environment: {},
    }),
  );
  const plan = { prefix: "acme-", apiUrl: "http://api.example", targets };
  const open = () =>
    createLauncher({
      ...{ db, clock: deps.clock, secrets: createSecretBox([]), plan, hourMicros: HOUR_MICROS },
      ...{ maxRunningTasks: null, log: pino({ level: "silent" }) },
    });
  let launchers = [open(), open()];
  const signal = new AbortController().signal;
  const serve = async (launcher: ReturnType<typeof open>): Promise<void> => {
    await launcher.plan();
    await Promise.all(targets.map((target) => launcher.serve(target, signal)));
  };
  let passes = 0;
  return {
    providers,
    kills: () => kills,
    async pass(): Promise<void> {
      system.passTime(STEP_MS);
      passes += 1;
      for (const provider of providers) await provider.pass();
      die = Promise.withResolvers();
      const killed = die.promise.then(() => true);
      for (const [index, launcher] of launchers.entries()) {
        const isDead = await Promise.race([serve(launcher).then(() => false), killed]);
        if (isDead) launchers = launchers.with(index, open());
        if (isDead) break;
      }
      if (passes % 3 === 0) await system.sweep();
    },
  };
}

/** Videos like the first one, each with its source, job and task. */
async function addTasks(first: { videoId: string; jobId: string; taskId: string }, count: number) {
  const now = system.deps.clock();
  await system.db.$executeRaw`
    WITH fresh AS (
      SELECT gen_random_uuid() AS video, gen_random_uuid() AS job, gen_random_uuid() AS task FROM generate_series(1, ${count}::int)
    ), videos_ AS (
      INSERT INTO videos SELECT (jsonb_populate_record(v, jsonb_build_object('id', fresh.video))).*
      FROM fresh, videos v WHERE v.id = ${first.videoId}::uuid RETURNING id
    ), sources_ AS (
      INSERT INTO sources SELECT (jsonb_populate_record(s, jsonb_build_object('video_id', fresh.video))).*
      FROM fresh, sources s WHERE s.video_id = ${first.videoId}::uuid RETURNING video_id
    ), variants_ AS (
      INSERT INTO variants SELECT (jsonb_populate_record(v, jsonb_build_object('id', gen_random_uuid(), 'video_id', fresh.video))).*
      FROM fresh, variants v WHERE v.video_id = ${first.videoId}::uuid RETURNING video_id
    ), jobs_ AS (
      INSERT INTO jobs SELECT (jsonb_populate_record(j, jsonb_build_object('id', fresh.job, 'video_id', fresh.video))).*
      FROM fresh, jobs j WHERE j.id = ${first.jobId}::uuid RETURNING id
    )
    INSERT INTO tasks SELECT (jsonb_populate_record(t, jsonb_build_object('id', fresh.task, 'job_id', fresh.job,
      'available_at', ${now}::timestamptz, 'queued_at', ${now}::timestamptz))).*
    FROM fresh, tasks t WHERE t.id = ${first.taskId}::uuid`;
}

/** Cost of the providers' machines in this hour, by their own clocks, and of an hour of those that run. */
async function committedMicros(providers: ReturnType<typeof rent>["providers"]): Promise<number> {
  const now = system.deps.clock().getTime();
  const hour = Math.floor(now / HOUR_MS) * HOUR_MS;
  const lives = providers.flatMap((provider) => provider.lives());
  const ms = lives.reduce((sum, { from, to }) => sum + Math.max(0, (to ?? now) - Math.max(from, hour)), 0);
  const open = await system.db.launch.findMany({ where: { endedAt: null }, select: { id: true } });
  const named = new Set(open.map(({ id }) => `acme-${id}`));
  const machines = providers.flatMap((provider) => provider.alive());
  const alive = new Set(machines.map(({ name }) => name).filter((name) => named.has(name)));
  return (ms / HOUR_MS + alive.size) * MACHINE_MICROS;
}

/** Most that the providers' machines cost in one hour, by their own clocks. */
function dearestHour(lives: ReadonlyArray<{ from: number; to: number | null }>, now: number): number {
  const hours = new Map<number, number>();
  for (const { from, to } of lives)
    for (let at = from; at < (to ?? now); ) {
      const hour = Math.floor(at / HOUR_MS);
      const end = Math.min((hour + 1) * HOUR_MS, to ?? now);
      hours.set(hour, (hours.get(hour) ?? 0) + ((end - at) / HOUR_MS) * MACHINE_MICROS);
      at = end;
    }
  return Math.max(...hours.values());
}

test("1,000 launches and 5,000 tasks under chaos: none lost, none done twice, no machine left, no dollar above the cap", {
  timeout: 1_800_000,
}, async () => {
  const { db, deps } = system;
  const workspaceId = system.viewer.workspaceId;
  const key = { workspaceId, name: "operator", prefix: "rk", hash: randomUUID() };
  await db.apiKey.create({ data: { ...key, scopes: ["OPERATOR"] } });
  const dice = createDice(SEED);
  const rented = rent(dice);
  const waiting = () => db.task.count({ where: { endedAt: null } });
  const first = await system.createQueuedVideo();
  // Its own rows stay as they are: the others are made of them. Three lost machines would fail a task, since
  // it may be the task that ends them.
  await db.task.update({ where: { id: first.taskId }, data: { status: "PENDING", maxTries: 20 } });
  const asNew = async (count: number) => {
    await addTasks(first, count);
    await db.task.updateMany({
      where: { status: "PENDING", id: { not: first.taskId } },
      data: { status: "QUEUED" },
    });
  };
  let added = 0;
  let passes = 0;
  let most = 0;
  for (; ; passes += 1) {
    const open = (await waiting()) - 1;
    if (added === TASKS && open === 0) break;
    const count = Math.min(TASKS - added, WAITING - open);
    if (count > 0) await asNew(count);
    added += Math.max(0, count);
    // Two simulated days.
    expect(passes).toBeLessThan(34_560);
    await rented.pass();
    const committed = await committedMicros(rented.providers);
    expect(committed).toBeLessThanOrEqual(HOUR_MICROS + MACHINE_MICROS);
    most = Math.max(most, committed);
    if (passes % 50 === 0)
      await db.event.deleteMany({
        where: { NOT: [{ type: { startsWith: "launch." } }, { type: "budget.reached" }] },
      });
  }
  for (let late = 0; late < GRACE_MS / STEP_MS; late += 1) await rented.pass();
  const left = await unnamedMachines(db, "acme-", rented.providers);
  for (let late = GRACE_MS; late < ENDS_WITHIN_MS; late += STEP_MS) await rented.pass();
  const atLast = await unnamedMachines(db, "acme-", rented.providers);

  const launches = await db.launch.count();
  const twice = await db.$queryRaw<unknown[]>`
      SELECT task_id FROM attempts WHERE outcome = 'COMPLETED' GROUP BY task_id HAVING count(*) > 1`;
  const lives = rented.providers.flatMap((provider) => provider.lives());
  const dearest = dearestHour(lives, deps.clock().getTime());
  const outcomes = await db.attempt.groupBy({ by: ["outcome"], _count: true });
  const ends = await db.launch.groupBy({ by: ["endCode"], _count: true });
  const counted = (rows: ReadonlyArray<{ _count: number }>) =>
    rows.map(({ _count, ...row }) => `${Object.values(row).join()}: ${_count}`).join(", ");
  process.stdout.write(
    `${launches} launches, ${lives.length} machines, ${rented.kills()} kills, ${passes} passes, ` +
      `$${(dearest / 1e6).toFixed(2)} in the dearest hour, $${(most / 1e6).toFixed(2)} committed at most; attempts ${counted(outcomes)}; ends ${counted(ends)}\n`,
  );
  expect(launches).toBeGreaterThanOrEqual(LAUNCHES);
  expect(rented.kills()).toBeGreaterThan(10);
  const where = { id: { not: first.taskId } };
  expect(await db.task.count({ where })).toBe(TASKS);
  expect(await db.task.count({ where: { ...where, status: "SUCCEEDED" } })).toBe(TASKS);
  expect(await db.attempt.count({ where: { outcome: null } })).toBe(0);
  expect(twice).toEqual([]);
  // Whose order was answered to a process that was killed, at a provider that does not list its machines:
  // nothing finds it, and it ends by itself.
  const isLost = ({ provider, isKnown }: (typeof left)[number]) => provider === LISTS_KNOWN && !isKnown;
  expect(left.filter((machine) => !isLost(machine))).toEqual([]);
  expect(atLast).toEqual([]);
  expect(rented.providers.map((provider) => provider.early())).toEqual([0, 0, 0, 0]);
  expect(await db.event.count({ where: { type: "budget.reached" } })).toBeGreaterThan(0);
  expect(dearest).toBeLessThanOrEqual(HOUR_MICROS + MACHINE_MICROS);
  // Every launch that was not at the first target says why, in its row and in the log.
  const elsewhere = await db.launch.findMany({ where: { target: { not: "target-0" } } });
  for (const { id, target, passedOver } of elsewhere) {
    const reasons = passedOver as Array<{ target: string; code: string; reason: string }>;
    expect(reasons.length, id).toBe(Number(target.slice(-1)));
    for (const each of reasons)
      expect(each).toEqual({
        ...{ target: expect.any(String), code: expect.stringMatching(/^[A-Z_]+$/) },
        reason: expect.stringMatching(/\S/),
      });
  }
  expect(await db.event.count({ where: { type: "launch.fell-back" } })).toBe(elsewhere.length);
  expect(await db.launch.count({ where: { endedAt: { not: null }, endReason: null } })).toBe(0);
});
