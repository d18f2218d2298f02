/** Rented workers, with providers that misbehave, on simulated time and a real database. */
import * as fc from "fast-check";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { LaunchError } from "../compute/index.ts";
import type { LaunchErrorCode } from "../compute/launch-error.ts";
import { encodeGlobalId } from "../inputs/index.ts";
import { waits } from "../jobs/index.ts";
import { createLauncher, type LaunchTarget, readTargets } from "../launches/index.ts";
import { freeOffers } from "../prices/index.ts";
import { createSecretBox } from "../secrets/index.ts";
import { createMetrics } from "../telemetry/index.ts";
import { createProjection } from "../testing/projection.ts";
import { createOddProvider, type Quirk, quirks, unnamedMachines } from "./testing/odd-provider.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(() => empty());

async function empty(): Promise<void> {
  await system.clear();
  await system.db.joinToken.deleteMany();
  await system.db.launchTarget.deleteMany();
  await system.db.launchWait.deleteMany();
  await system.db.reachedBudget.deleteMany();
}

const [offer] = freeOffers.offers;
const STEP_MS = 5_000;

/** Two targets, whose providers follow scripts, and API processes that rent there. */
function rent(
  scripts: readonly Quirk[][],
  {
    hourMicros = null,
    slotSecond = 0,
    lists = "ALL",
  }: { hourMicros?: number | null; slotSecond?: number; lists?: "ALL" | "KNOWN" } = {},
) {
  const { db, deps } = system;
  if (offer === undefined) throw new Error("The release has an offer.");
  const priced = { ...offer, rate: { ...offer.rate, slotSecond } };
  const work = async (workerId: string): Promise<boolean> => {
    const [task] = await db.$queryRaw<Array<{ id: string }>>`
      UPDATE tasks SET status = 'SUCCEEDED', ended_at = ${deps.clock()} WHERE id = (
        SELECT id FROM tasks WHERE status = 'QUEUED' AND requirements->>'voice' IS NULL LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id`;
    if (task === undefined) return false;
    const now = deps.clock();
    await db.attempt.create({
      data: {
        ...{ id: crypto.randomUUID(), taskId: task.id, number: 1, workerId, leaseUntil: now },
        ...{ outcome: "COMPLETED", startedAt: now, endedAt: now },
      },
    });
    return true;
  };
  const providers = scripts.map((script) =>
    createOddProvider({ db, clock: deps.clock, script: [...script], work, lists }),
  );
  const targets = providers.map(
    ({ backend }, index): LaunchTarget => ({
      ...{ name: `target-${index}`, kind: "ODD", offer: priced, backend, realm: "OWN", maxInstances: 3 },
      ...{ afterSeconds: 0, startTimeoutSeconds: 60, idleExitSeconds: 20, maxLifeSeconds: 600 },
      environment: {},
    }),
  );
  const plan = { prefix: "acme-", apiUrl: "http://api.example", targets };
  const open = () =>
    createLauncher({
      ...{ db, clock: deps.clock, secrets: createSecretBox([]), plan, hourMicros },
      ...{ maxRunningTasks: null, log: pino({ level: "silent" }), metrics },
    });
  const metrics = createMetrics(db);
  let launchers = [open(), open()];
  const signal = new AbortController().signal;
  return {
    providers,
    plan,
    metrics,
    /** All processes start again. */
    restart: () => (launchers = [open(), open()]),
    async pass(): Promise<void> {
      system.passTime(STEP_MS);
      for (const provider of providers) await provider.pass();
      await Promise.all(
        launchers.map(async (launcher) => {
          await launcher.plan();
          for (const target of targets) await launcher.serve(target, signal);
        }),
      );
    },
    waiting: () => db.task.count({ where: { status: "QUEUED" } }),
  };
}

const script = fc.array(fc.constantFrom(...quirks), { maxLength: 5 });

test("whatever providers do, all tasks end, no machine outlives its launch, and every fallback has a reason", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(script, script),
      fc.constantFrom("ALL" as const, "KNOWN" as const),
      fc.integer({ min: 1, max: 3 }),
      fc.nat(12),
      async (scripts, lists, tasks, restartAt) => {
        await empty();
        const { db } = system;
        for (let index = 0; index < tasks; index += 1) await system.createQueuedVideo();
        const rented = rent(scripts, { lists });
        let passes = 0;
        for (; (await rented.waiting()) > 0; passes += 1) {
          if (passes === restartAt) rented.restart();
          // 40 minutes: circuits that are open for a quarter of an hour pass.
          expect(passes).toBeLessThan(480);
          await rented.pass();
        }
        for (let late = 0; late < 90_000 / STEP_MS; late += 1) await rented.pass();
        expect(await unnamedMachines(db, "acme-", rented.providers)).toEqual([]);
        for (const launch of await db.launch.findMany({ where: { endedAt: { not: null } } }))
          expect(launch).toMatchObject({
            endCode: expect.any(String),
            endReason: expect.any(String),
            sealedToken: null,
          });
        for (const { passedOver } of await db.launch.findMany({ where: { target: "target-1" } }))
          expect(passedOver).toEqual([
            { target: "target-0", code: expect.stringMatching(/^[A-Z_]+$/), reason: expect.any(String) },
          ]);
      },
    ),
    { numRuns: 12 },
  );
});

test("the machine of a launch that was given up is stopped with the next pass", async () => {
  await empty();
  const { db } = system;
  await system.createQueuedVideo();
  const rented = rent([["NEVER_STARTS"], ["FINE"]]);
  const first = () => db.launch.findFirstOrThrow({ where: { target: "target-0" } });
  await rented.pass();
  expect(rented.providers[0]?.alive()).toHaveLength(1);
  while ((await first()).endedAt === null) await rented.pass();
  expect(await first()).toMatchObject({ endCode: "START_TIMEOUT" });
  await rented.pass();
  expect(await unnamedMachines(db, "acme-", rented.providers)).toEqual([]);
});

test("without a target that can start, the task waits with the reason of each", async () => {
  const { jobId } = await system.createQueuedVideo();
  const rented = rent([["NO_CAPACITY"], ["TOO_MANY_REQUESTS"]]);
  for (let pass = 0; pass < 3; pass += 1) await rented.pass();
  const wait = await waits(system.db, [jobId], { now: system.deps.clock(), maxRunningTasks: null });
  expect(wait.get(jobId)).toMatchObject({ code: "NO_WORKER" });
  expect(wait.get(jobId)?.reason).toMatch(
    /^No worker of the pool CPU can be rented now \(target-0: NO_CAPACITY, .*; target-1: RATE_LIMITED, .*\)\.$/,
  );
});

const minute = 60_000;
test.each([
  ...[
    ["CREDENTIALS", 15],
    ["QUOTA", 0.5],
    ["NO_CAPACITY", 0.5],
    ["RATE_LIMITED", 0.5],
  ],
  ...[
    ["INSUFFICIENT_CREDIT", 15],
    ["NOT_FOUND", 15],
    ["IMAGE_UNAVAILABLE", 15],
    ["INVALID_REQUEST", 15],
  ],
] as Array<[LaunchErrorCode, number]>)(
  "%s opens the circuit, the next target is tried, and each reason says what to do",
  async (code, minutes) => {
    const { db, deps } = system;
    const { jobId } = await system.createQueuedVideo();
    const rented = rent([[], []]);
    const refusal = new LaunchError(code, "The provider refused", { said: "no such thing" });
    for (const target of rented.plan.targets)
      Object.assign(target.backend, { launch: () => Promise.reject(refusal) });
    await rented.pass();
    const openUntil = new Date(deps.clock().getTime() + minutes * minute);
    await rented.pass();
    await rented.pass();
    const remedy = refusal.message.replace(/\.$/, "");
    const [first, second] = await db.launch.findMany({ orderBy: { plannedAt: "asc" } });
    expect(first).toMatchObject({ target: "target-0", status: "FAILED", endCode: code, endReason: remedy });
    expect(remedy).toMatch(/^The provider refused: "no such thing"\. [A-Z].*[a-z]/);
    expect(second).toMatchObject({ target: "target-1", endCode: code });
    expect(second?.passedOver).toEqual([
      { target: "target-0", code, reason: `${remedy}; next try at ${openUntil.toISOString()}` },
    ]);
    expect(await db.launch.count()).toBe(2);
    const wait = await waits(db, [jobId], { now: deps.clock(), maxRunningTasks: null });
    expect(wait.get(jobId)?.reason).toMatch(
      new RegExp(
        `^No worker .* \\(target-0: ${code}, next try at .*; target-1: ${code}, next try at .*\\)\\.$`,
      ),
    );
  },
);

test("operators read the targets with their circuits; a key of a workspace does not", async () => {
  await system.createQueuedVideo();
  const rented = rent([["NO_CAPACITY"], []]);
  await rented.pass();
  await rented.pass();
  const { db, deps, viewer } = system;
  const read = (scopes: Array<"ADMIN" | "OPERATOR">) =>
    readTargets({ db, clock: deps.clock, launchPlan: rented.plan }, { ...viewer, scopes });
  const [first, second] = await read(["OPERATOR"]);
  expect(first).toMatchObject({
    ...{ name: "target-0", openLaunches: 0, failures: 1, code: "NO_CAPACITY" },
    openUntil: expect.any(Date),
  });
  expect(second).toMatchObject({
    name: "target-1",
    openLaunches: 1,
    failures: 0,
    openUntil: null,
    code: null,
  });
  await expect(read(["ADMIN"])).rejects.toThrow("OPERATOR");
});

test("an upload that is still arriving rents no worker, which could not read it", async () => {
  const { videoId } = await system.createQueuedVideo();
  const { db } = system;
  const upload = { url: null, sizeBytes: 9n, uploadProtocol: "TUS", uploadExpiresAt: new Date() } as const;
  await db.source.update({ where: { videoId }, data: { kind: "UPLOAD", receivedAt: null, ...upload } });
  const rented = rent([[]]);
  await rented.pass();
  expect(await db.launch.count()).toBe(0);
  await db.source.update({ where: { videoId }, data: { receivedAt: system.deps.clock() } });
  await rented.pass();
  expect(await db.launch.count()).toBe(1);
});

test("the hour's budget holds: machines that run count for a whole hour", async () => {
  for (let index = 0; index < 3; index += 1) await system.createQueuedVideo();
  // A dollar an hour for each machine.
  const slotSecond = Math.round(1e12 / 3_600);
  const rented = rent([[], []], { hourMicros: 2_500_000, slotSecond });
  await rented.pass();
  expect(await system.db.launch.count()).toBe(2);
  expect(await system.db.launchWait.findMany()).toMatchObject([
    { reason: expect.stringContaining("BUDGET, BUDGET_HOUR has no room for another machine") },
  ]);
});

test("a task that a target's machines cannot do starts none there, and holds up no other task", async () => {
  const { db } = system;
  const needVoice = async () => {
    const { jobId, taskId } = await system.createQueuedVideo();
    const { requirements } = await db.task.findUniqueOrThrow({ where: { id: taskId } });
    const needed = Object.assign({}, requirements, { voice: "nora" });
    await db.task.update({ where: { id: taskId }, data: { requirements: needed } });
    return jobId;
  };
  const jobId = await needVoice();
  const rented = rent([[]]);
  const pass = async (minutes: number) => {
    for (let passed = 0; passed < minutes * 60_000; passed += STEP_MS) await rented.pass();
  };
  // Nothing is known of the target: its first machine shows what its machines can do.
  await pass(20);
  expect(await db.launch.findMany()).toMatchObject([{ endCode: "NO_TASK" }]);
  const wait = await waits(db, [jobId], { now: system.deps.clock(), maxRunningTasks: null });
  expect(wait.get(jobId)?.reason).toMatch(/\(target-0: UNABLE, .*Needs the voice nora/);
  await system.createQueuedVideo();
  await pass(3);
  expect(await db.task.count({ where: { status: "SUCCEEDED" } })).toBe(1);
  expect(await db.launch.findMany({ orderBy: { plannedAt: "asc" } })).toMatchObject([
    { endCode: "NO_TASK" },
    { endCode: "DRAINED" },
  ]);
  // Its machines may have changed meanwhile.
  await pass(75);
  expect(await db.launch.count()).toBe(3);
});

test("a machine that was rented before its target failed does not close the circuit", async () => {
  for (let index = 0; index < 3; index += 1) await system.createQueuedVideo();
  const rented = rent([["FINE", "TOO_MANY_REQUESTS", "FINE"]]);
  const { db } = system;
  const [minute, quarter] = [60_000 / STEP_MS, 900_000 / STEP_MS];
  while ((await db.attempt.count()) === 0) await rented.pass();
  await rented.pass();
  expect(await db.launchTarget.findMany()).toMatchObject([{ failures: 1, code: "RATE_LIMITED" }]);
  for (let pass = 0; pass < minute; pass += 1) await rented.pass();
  await system.createQueuedVideo();
  for (let pass = 0; (await rented.waiting()) > 0; pass += 1) {
    expect(pass).toBeLessThan(quarter);
    await rented.pass();
  }
  await rented.pass();
  expect(await db.launchTarget.findMany()).toMatchObject([{ failures: 0, openUntil: null }]);
});

test.each([
  [
    "of a launch that was planned before the circuit opened",
    2,
    ["FAILS", "FAILS", "NO_CAPACITY", "FAILS", "TOO_MANY_REQUESTS"],
  ],
  ["before another one that asks for less", 2, ["TOO_MANY_REQUESTS", "NO_CAPACITY"]],
  ["of a repeated order whose worker has joined", 1, ["FAILS_AFTER_ACCEPTING", "TOO_MANY_REQUESTS"]],
] as const)("the time that a provider names holds, also in the refusal %s", async (_what, tasks, script) => {
  const { db, deps } = system;
  for (let index = 0; index < tasks; index += 1) await system.createQueuedVideo();
  const rented = rent([[...script]], { lists: "KNOWN" });
  const isAsked = { openUntil: { gte: new Date(deps.clock().getTime() + 120_000) } };
  const refused = () => db.launchTarget.count({ where: isAsked });
  for (let pass = 0; (await refused()) === 0; pass += 1) {
    expect(pass).toBeLessThan(5);
    await rented.pass();
  }
  const [target] = await db.launchTarget.findMany();
  expect(target?.openUntil).toEqual(new Date(deps.clock().getTime() + 120_000));
  await system.createQueuedVideo();
  const launches = await db.launch.count();
  for (let passed = 0; passed < 120_000; passed += STEP_MS) await rented.pass();
  expect(rented.providers.map((provider) => provider.early())).toEqual([0]);
  expect(await db.launch.count()).toBeLessThanOrEqual(launches + 1);
});

test("metrics show machines, open circuits and ends by target", async () => {
  await system.createQueuedVideo();
  const rented = rent([["NO_CAPACITY"], []]);
  for (let pass = 0; pass < 3; pass += 1) await rented.pass();
  const scrape = await rented.metrics.metrics();
  const lines = scrape.split("\n").filter((line) => line.startsWith("reelay_launch"));
  expect(lines).toEqual(
    expect.arrayContaining([
      'reelay_launches_ended_total{target="target-0",code="NO_CAPACITY"} 1',
      'reelay_launch_circuit_open{target="target-0"} 1',
      'reelay_launch_circuit_open{target="target-1"} 0',
      'reelay_launches{target="target-0",status="RUNNING"} 0',
      expect.stringMatching(/^reelay_launches\{target="target-1",status="(STARTING|RUNNING)"\} 1$/),
    ]),
  );
});

test("operators follow launches in their log: plans, fallbacks with reasons, starts, ends and circuits", async () => {
  const { db } = system;
  const workspace = await db.workspace.create({ data: { name: "operators" } });
  const key = { workspaceId: workspace.id, name: "operator", prefix: "rk" };
  await db.apiKey.create({ data: { ...key, hash: crypto.randomUUID(), scopes: ["OPERATOR"] } });
  await db.apiKey.create({ data: { ...key, hash: crypto.randomUUID(), scopes: ["ADMIN", "OPERATOR"] } });
  await system.createQueuedVideo();
  const rented = rent([["NO_CAPACITY"], []]);
  while ((await rented.waiting()) > 0) await rented.pass();
  for (let late = 0; late < 120_000 / STEP_MS; late += 1) await rented.pass();

  const logOf = async (workspaceId: string) => {
    const types = { startsWith: "launch." };
    const events = await db.event.findMany({ where: { workspaceId, type: types }, orderBy: { id: "asc" } });
    return events.map(({ type, data }) => [type, data]);
  };
  const [refused, first] = await db.launch.findMany({ orderBy: { plannedAt: "asc" } });
  const launchId = (launch: { id: string } | undefined) => encodeGlobalId("Launch", launch?.id ?? "");
  const away = { launchId: launchId(refused), target: "target-0" };
  const here = { launchId: launchId(first), target: "target-1" };
  const circuit = { target: "target-0", code: "NO_CAPACITY", reason: "None is free" };
  expect(await logOf(workspace.id)).toEqual([
    ["launch.planned", { ...away, pool: "CPU", slots: 1 }],
    [
      "launch.failed",
      { ...away, workerId: null, code: "NO_CAPACITY", reason: "None is free", costMicros: 0 },
    ],
    ["launch.circuit-opened", { ...circuit, failures: 1, openUntil: expect.any(String) }],
    ["launch.planned", { ...here, pool: "CPU", slots: 1 }],
    [
      "launch.fell-back",
      {
        ...{ ...here, pool: "CPU" },
        passedOver: [
          {
            ...{ target: "target-0", code: "NO_CAPACITY" },
            reason: expect.stringMatching(/^next try at /),
          },
        ],
      },
    ],
    ["launch.started", { ...here, workerId: expect.any(String) }],
    [
      "launch.ended",
      {
        ...{ ...here, workerId: expect.any(String), code: "DRAINED", costMicros: 0 },
        reason: "The worker found no more tasks and left",
      },
    ],
  ]);
  expect(await logOf(system.viewer.workspaceId)).toEqual([]);
});

test("operators read once that no target can start a worker, and once an hour that the budget is reached", async () => {
  const { db } = system;
  const workspace = await db.workspace.create({ data: { name: "operators" } });
  const key = { workspaceId: workspace.id, name: "operator", prefix: "rk", hash: crypto.randomUUID() };
  await db.apiKey.create({ data: { ...key, scopes: ["OPERATOR"] } });
  await system.createQueuedVideo();
  await system.createQueuedVideo();
  const rented = rent([["NO_CAPACITY", "NO_CAPACITY"]], {
    ...{ hourMicros: 1_500_000, slotSecond: Math.round(1e12 / 3_600) },
  });
  for (let pass = 0; pass < 4; pass += 1) await rented.pass();
  const typed = (type: string) => db.event.findMany({ where: { workspaceId: workspace.id, type } });
  expect(await typed("launch.unavailable")).toMatchObject([
    { data: { pool: "CPU", passedOver: [{ target: "target-0", code: "NO_CAPACITY" }] } },
  ]);
  expect(await typed("budget.reached")).toMatchObject([
    { data: { period: "HOUR", of: "LAUNCHES", limitMicros: 1_500_000, reservedMicros: 0, spentMicros: 0 } },
  ]);
});
