import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { Pool } from "../../prisma/generated/enums.ts";
import { LaunchError, type Machine } from "../compute/index.ts";
import { recordLaunchesReached } from "../costs/index.ts";
import type { Db } from "../database/index.ts";
import { recordOperatorEvents } from "../events/index.ts";
import { toMicros } from "../prices/index.ts";
import { type PoolDemand, planScaling, readDemand } from "../scaling/index.ts";
import { createToken, hashToken, type SecretBox } from "../secrets/index.ts";
import { endLaunch, type LaunchEnd } from "./end-launch.ts";
import { judgeLaunch, type LaunchFacts } from "./judge-launch.ts";
import { eventOfClosing, eventOfNone, eventOfStart, eventsOfPlan } from "./launch-events.ts";
import type { LaunchPlan, LaunchTarget } from "./launch-settings.ts";
import { type Found, type PlannedLaunch, planLaunches, type TargetState } from "./plan-launches.ts";
import { type OpenLaunch, readEndedMicros, readLivingSlots, readOpenLaunches } from "./read-launches.ts";
import { readUnable } from "./read-unable.ts";

export interface LauncherDeps {
  db: PrismaClient;
  clock: () => Date;
  secrets: SecretBox;
  log: Logger;
  plan: LaunchPlan;
  /** Most that launches may cost in an hour, in micro-USD; null: unlimited. */
  hourMicros: number | null;
  maxRunningTasks: number | null;
  metrics?: { launchEnded(target: string, code: string): void };
}

/** One process's part of renting workers. Any number of processes may run it at the same time. */
export interface Launcher {
  /** Writes the rows of the machines that are missing. One process at a time. */
  plan(): Promise<void>;
  /** Calls a target's provider: starts what is planned, and compares what runs there with the rows. */
  serve(target: LaunchTarget, signal: AbortSignal): Promise<void>;
  /** Settles the launches of targets that are not configured any more, by what their workers report. */
  serveForgotten(): Promise<void>;
}

/** A call of a provider may take so long; its row is this process's meanwhile. */
const CALL_MS = 60_000;
/** Calls of one launch, if its provider does not answer. */
const MOST_TRIES = 3;
const FIRST_RETRY_MS = 2_000;
/** Launches that one process starts at the same time at one target. */
const MOST_CALLS = 10;
/** Machines are listed so often while launches are open or have ended lately, */
const LIST_MS = 15_000;
/** and so often otherwise. */
const LIST_IDLE_MS = 300_000;
const LATELY_MS = 600_000;
/** A process that was held up for so long has missed reports. */
const HELD_UP_MS = 15_000;
/** What a machine gets beyond the life of its worker, before its provider ends it. */
const END_GRACE_SECONDS = 60;
/** A sentence that holds is written again after so long. */
const REPEAT_WAIT_MS = 20_000;

export function createLauncher(deps: LauncherDeps): Launcher {
  const { db, clock, log, plan } = deps;
  let servedAt = clock();
  /** Reports have arrived without a disturbance since then. */
  let since = servedAt;
  const noteTime = () => {
    const now = clock();
    if (now.getTime() - servedAt.getTime() > HELD_UP_MS) since = now;
    servedAt = now;
    return now;
  };

  async function reconcile(target: LaunchTarget, signal: AbortSignal): Promise<void> {
    const listing = await listIfDue(deps, target, signal);
    // Read after the list: every machine in it has its row.
    const now = noteTime();
    const launches = await readOpenLaunches(db, now);
    const own = launches.filter((launch) => launch.target === target.name);
    for (const launch of own) await settle(launch, listing, now);
    if (listing !== null) await stopUnnamed(deps, target, listing, signal);
  }

  async function settle(launch: OpenLaunch, listing: readonly Machine[] | null, now: Date): Promise<void> {
    const { joinedAt, workerId, lastSeenAt, isStopping, hasWorked } = launch;
    const machines = listing?.filter(({ name }) => name === plan.prefix + launch.id) ?? null;
    const judged = judgeLaunch(
      {
        ...launch,
        joinedAt,
        worker: lastSeenAt && { lastSeenAt, isStopping, hasWorked },
        listed: toListed(machines),
      },
      { now, since },
    );
    if (judged.is === "ENDED" || judged.is === "FAILED")
      return await end({ ...judged, launch: { ...launch, workerId, lastSeenAt }, retryAfterMs: null });
    if (hasWorked) await closeCircuit(launch);
    if (judged.is === "UNCHANGED") return;
    const status = judged.is;
    const ref = machines?.find(({ state }) => state !== "ENDED")?.ref;
    await db.$transaction(async (tx) => {
      const { count } = await tx.launch.updateMany({
        where: { id: launch.id, endedAt: null, status: { not: status } },
        data: {
          ...{ status, acceptedAt: launch.acceptedAt ?? now, sealedToken: null },
          ...(ref !== undefined && { ref }),
        },
      });
      if (count === 1 && status === "RUNNING") await recordOperatorEvents(tx, [eventOfStart(launch)]);
    });
    log.info({ launchId: launch.id, target: launch.target, status: judged.is }, "launch.changed");
  }

  /** Only a machine that was rented after the failure shows that the target starts machines again. */
  const closeCircuit = ({ target: name, plannedAt }: OpenLaunch): Promise<void> =>
    db.$transaction(async (tx) => {
      const { count } = await tx.launchTarget.updateMany({
        where: { name, failures: { gt: 0 }, openedAt: { lt: plannedAt } },
        data: { failures: 0, openUntil: null, code: null, reason: null },
      });
      if (count === 1) await recordOperatorEvents(tx, [eventOfClosing(name)]);
    });

  async function end(ended: LaunchEnd): Promise<void> {
    const isDone = await endLaunch(db, ended, clock());
    if (!isDone) return;
    const { launch, code, reason } = ended;
    deps.metrics?.launchEnded(launch.target, code);
    const fields = { launchId: launch.id, target: launch.target, workerId: launch.workerId, code, reason };
    if (code === "DRAINED") log.info(fields, "launch.ended");
    else log.warn(fields, "launch.failed");
  }

  async function callPlanned(target: LaunchTarget, signal: AbortSignal): Promise<void> {
    const now = clock();
    const leased = new Date(now.getTime() + CALL_MS);
    const mine = await db.$queryRaw<Array<{ id: string }>>`
      UPDATE launches SET next_call_at = ${leased}, tries = tries + 1 WHERE id IN (
        SELECT id FROM launches WHERE status = 'PLANNED' AND target = ${target.name} AND next_call_at <= ${now}
        ORDER BY id LIMIT ${MOST_CALLS} FOR UPDATE SKIP LOCKED)
      RETURNING id`;
    await Promise.all(mine.map(({ id }) => call(target, id, signal)));
  }

  async function call(target: LaunchTarget, id: string, signal: AbortSignal): Promise<void> {
    const row = await db.launch.findUnique({ where: { id } });
    if (row === null || row.sealedToken === null) return;
    const circuit = await db.launchTarget.findUnique({ where: { name: target.name } });
    // Another launch has found out meanwhile that the target starts nothing now.
    if (row.tries === 1 && circuit?.openUntil && circuit.openUntil > clock()) {
      const { code, reason } = circuit;
      const launch = { id, target: target.name, plannedAt: row.plannedAt, workerId: null, lastSeenAt: null };
      const shown = "The target's circuit is open";
      const why = { code: code ?? "UNAVAILABLE", reason: reason ?? shown, shown };
      return await end({ is: "FAILED", ...why, launch, retryAfterMs: null });
    }
    try {
      const token = deps.secrets.decryptSecret(row.sealedToken, contextOf(id));
      const order = toOrder(plan, target, { id, token });
      const { ref } = await target.backend.launch(order, signal);
      const now = clock();
      const taken = await db.$executeRaw`
        UPDATE launches SET ref = ${ref}, sealed_token = NULL, accepted_at = coalesce(accepted_at, ${now}),
          status = CASE WHEN status = 'PLANNED' THEN 'STARTING' ELSE status END
        WHERE id = ${id}::uuid AND ended_at IS NULL`;
      // It was given up meanwhile: the machine has no row, and is stopped when it is listed.
      if (taken === 0) await db.launchTarget.updateMany({ where: { name: target.name }, data: listNow });
      log.info({ launchId: id, target: target.name, ref, tries: row.tries }, "launch.accepted");
    } catch (error) {
      await onRefused(target, row, error);
    }
  }

  async function onRefused(
    target: LaunchTarget,
    { id, tries, plannedAt }: { id: string; tries: number; plannedAt: Date },
    error: unknown,
  ): Promise<void> {
    const { name } = target;
    const known = error instanceof LaunchError ? error : null;
    if (known === null) log.error({ err: error, launchId: id, target: name }, "launch.call-failed");
    const {
      code,
      message: reason,
      problem: shown,
      retryAfterMs,
    } = known ?? {
      code: "UNAVAILABLE",
      message: "The call failed; the API's log has the error",
      problem: "The call failed",
      retryAfterMs: null,
    };
    log.warn({ launchId: id, target: name, code, reason, tries }, "launch.refused");
    if (code === "UNAVAILABLE" && tries < MOST_TRIES) {
      // A machine may have started: the same order is repeated, so that there is no second one.
      const nextCallAt = new Date(
        clock().getTime() + Math.max(retryAfterMs ?? 0, FIRST_RETRY_MS * 2 ** (tries - 1)),
      );
      await db.launch.updateMany({ where: { id, status: "PLANNED" }, data: { nextCallAt } });
      return;
    }
    const launch = { id, target: name, plannedAt, workerId: null, lastSeenAt: null };
    const why = { code, reason: reason.replace(/\.$/, ""), shown };
    await end({ is: "FAILED", ...why, launch, retryAfterMs, isRefused: true });
  }

  let ready: Promise<unknown> | undefined;
  const addTargets = () =>
    (ready ??= db.launchTarget
      .createMany({ data: plan.targets.map(({ name }) => ({ name })), skipDuplicates: true })
      .catch((error: unknown) => {
        ready = undefined;
        throw error;
      }));

  return {
    plan: () => planMissing(deps),
    async serve(target, signal) {
      await addTargets();
      await callPlanned(target, signal);
      await reconcile(target, signal);
    },
    async serveForgotten() {
      const now = noteTime();
      const names = new Set(plan.targets.map(({ name }) => name));
      for (const launch of await readOpenLaunches(db, now))
        if (!names.has(launch.target)) await settle(launch, null, now);
    },
  };
}

const contextOf = (id: string) => ({ kind: "launch", workspaceId: null, id }) as const;
const listNow = { nextListAt: new Date(0) };

function toListed(machines: readonly Machine[] | null): LaunchFacts["listed"] {
  if (machines === null) return { state: "UNKNOWN" };
  if (machines.some(({ state }) => state !== "ENDED")) return { state: "ALIVE" };
  const [ended] = machines;
  return ended === undefined ? { state: "ABSENT" } : { state: "ENDED", exitCode: ended.exitCode };
}

function toOrder(plan: LaunchPlan, target: LaunchTarget, { id, token }: { id: string; token: string }) {
  const { offer, idleExitSeconds, maxLifeSeconds, startTimeoutSeconds, environment } = target;
  return {
    name: plan.prefix + id,
    environment: {
      ...environment,
      ...{ WORKER_MODE: "drain", WORKER_API_URL: plan.apiUrl, WORKER_JOIN_TOKEN: token },
      ...{ WORKER_IDLE_EXIT: String(idleExitSeconds), WORKER_MAX_LIFE: String(maxLifeSeconds) },
      ...{ WORKER_SLOTS: String(offer.slots), COMPUTE_OFFER: offer.name },
      WORKER_POOLS: offer.pool.toLowerCase(),
    },
    secretVariables: ["WORKER_JOIN_TOKEN"],
    endsWithinSeconds: startTimeoutSeconds + maxLifeSeconds + END_GRACE_SECONDS,
  };
}

/** The machines of a target, if it is time to list them and they could be listed. */
async function listIfDue(
  { db, clock, log, plan }: LauncherDeps,
  target: LaunchTarget,
  signal: AbortSignal,
): Promise<readonly Machine[] | null> {
  const { name, backend } = target;
  const now = clock();
  const lately = new Date(now.getTime() - LATELY_MS);
  const isBusy =
    (await db.launch.count({
      where: { target: name, OR: [{ endedAt: { gt: lately } }, { status: { in: [...open] } }] },
      take: 1,
    })) > 0;
  const nextListAt = new Date(now.getTime() + (isBusy ? LIST_MS : LIST_IDLE_MS));
  const { count } = await db.launchTarget.updateMany({
    where: { name, nextListAt: { lte: now } },
    data: { nextListAt },
  });
  if (count === 0) return null;
  try {
    const rows = await readKnown(db, target, now);
    const known = rows.map(({ id, ref }) => ({ name: plan.prefix + id, ref: ref ?? "" }));
    return await backend.list(signal, known);
  } catch (error) {
    const { code, message } =
      error instanceof LaunchError ? error : { code: "UNAVAILABLE", message: String(error) };
    log.warn({ target: name, code, reason: message }, "launches.not-listed");
    return null;
  }
}

/** The machines of a target that may still run, as far as their provider has named them. */
async function readKnown(
  db: Db,
  { name, startTimeoutSeconds, maxLifeSeconds }: LaunchTarget,
  now: Date,
): Promise<Array<{ id: string; ref: string | null }>> {
  const lifeMs = (startTimeoutSeconds + maxLifeSeconds + END_GRACE_SECONDS) * 1_000;
  const mayRun = { endsAt: { gt: now }, endedAt: { gt: new Date(now.getTime() - lifeMs) } };
  return await db.launch.findMany({
    where: { target: name, ref: { not: null }, OR: [{ endedAt: null }, mayRun] },
    select: { id: true, ref: true },
  });
}

const open = ["PLANNED", "STARTING", "RUNNING"] as const;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Stops machines with our names that no open launch names. */
async function stopUnnamed(
  { db, log, plan }: LauncherDeps,
  { name, backend }: LaunchTarget,
  listing: readonly Machine[],
  signal: AbortSignal,
): Promise<void> {
  const idOf = (machine: Machine): string => machine.name.slice(plan.prefix.length);
  const alive = listing.filter(
    (machine) =>
      machine.state !== "ENDED" && UUID.test(idOf(machine)) && machine.name.startsWith(plan.prefix),
  );
  const rows = await db.launch.findMany({
    where: { id: { in: alive.map(idOf) }, status: { in: [...open] } },
    select: { id: true },
  });
  const named = new Set(rows.map(({ id }) => id));
  for (const machine of alive.filter((each) => !named.has(idOf(each)))) {
    const fields = { target: name, launchId: idOf(machine), ref: machine.ref };
    try {
      await backend.stop({ name: machine.name, ref: machine.ref }, signal);
      log.warn(fields, "launch.machine-stopped");
    } catch (error) {
      log.warn({ ...fields, err: error }, "launch.machine-not-stopped");
    }
  }
}

async function planMissing(deps: LauncherDeps): Promise<void> {
  const { db, clock, plan, log } = deps;
  const now = clock();
  const written = await db.$transaction(async (tx) => {
    const [{ isMine }] = await tx.$queryRaw<[{ isMine: boolean }]>`
      SELECT pg_try_advisory_xact_lock(hashtext('reelay.launches')) AS "isMine"`;
    if (!isMine) return [];
    const { maxRunningTasks } = deps;
    const demands = await readDemand(tx, { now, maxRunningTasks, isRemote: true });
    const isIdle = demands.every(({ demand }) => demand.every(({ first, rest }) => first + rest === 0));
    if (isIdle) {
      await tx.launchWait.deleteMany();
      return [];
    }
    const launches = await readOpenLaunches(tx, now);
    const living = await readLivingSlots(tx, now);
    const unable = await readUnable(tx, now);
    const demandsWithout = new Map<string, PoolDemand[]>([["[]", demands]]);
    for (const { needs } of unable.values()) {
      const key = JSON.stringify(needs);
      const query = { now, maxRunningTasks, isRemote: true, unmet: needs };
      if (!demandsWithout.has(key)) demandsWithout.set(key, await readDemand(tx, query));
    }
    /** What its machines can do, of what the queue wants of the pool. */
    const demandOf = (target: LaunchTarget, pool: Pool): PoolDemand | undefined =>
      demandsWithout
        .get(JSON.stringify(unable.get(target.name)?.needs ?? []))
        ?.find((each) => each.pool === pool);
    const circuits = await tx.launchTarget.findMany();
    const hour = await readHour(tx, launches, now);
    const { hourMicros } = deps;
    let leftMicros = hourMicros === null ? null : hourMicros - hour.reservedMicros - hour.spentMicros;
    const planned: Array<PlannedLaunch & { id: string }> = [];
    for (const demand of demands) {
      const targets = plan.targets
        .filter(({ offer }) => offer.pool === demand.pool)
        .map((target) => {
          const seen = { launches, living, now, circuit: circuits.find((c) => c.name === target.name) };
          const state = toState(target, { ...seen, demand: demandOf(target, demand.pool) ?? demand });
          const reason = unable.get(target.name)?.reasons.get(demand.pool);
          if (reason === undefined) return state;
          const { missingSlots } = toState(target, { ...seen, demand });
          return Object.assign(state, { unable: { missingSlots, reason } });
        });
      const found = planLaunches(demand.pool, targets, { now, leftMicros });
      ({ leftMicros } = found);
      const isStarting = launches.some(({ pool, joinedAt }) => pool === demand.pool && joinedAt === null);
      await writeWait(tx, demand.pool, { ...found, isStarting }, now, log);
      if (hourMicros !== null && found.passedOver.some(({ code }) => code === "BUDGET"))
        await recordLaunchesReached(tx, { limitMicros: hourMicros, ...hour }, now);
      for (const launch of found.launches)
        planned.push({ ...launch, id: await writeLaunch(tx, deps, launch, now) });
    }
    return planned;
  });
  for (const { id, target, passedOver } of written)
    log.info({ launchId: id, target, passedOver }, "launch.planned");
}

/** What launches of this hour have cost, and may still cost, in micro-USD. */
async function readHour(tx: Db, launches: readonly OpenLaunch[], now: Date) {
  // An open launch may run for a whole hour, of which it is not known how much is left.
  const reservedMicros = launches.reduce((sum, launch) => sum + launch.hourMicros, 0);
  return { reservedMicros, spentMicros: await readEndedMicros(tx, now) };
}

interface Seen {
  demand: PoolDemand;
  launches: readonly OpenLaunch[];
  living: Awaited<ReturnType<typeof readLivingSlots>>;
  now: Date;
  circuit:
    | { failures: number; openUntil: Date | null; code: string | null; reason: string | null }
    | undefined;
}

function toState(
  target: LaunchTarget,
  { demand: { pool, demand, secondsPerTask }, ...seen }: Seen,
): TargetState {
  const { launches, living, now, circuit } = seen;
  const allowed = demand.filter(({ realms }) => realms.includes(target.realm));
  const realms = new Set(allowed.flatMap((each) => each.realms));
  const { wantedSlots } = planScaling({ pool, demand: allowed, secondsPerTask, workers: 0, slots: 0 });
  const slotsOf = (rows: ReadonlyArray<{ slots: number }>) => rows.reduce((sum, { slots }) => sum + slots, 0);
  const has = (row: { pool: Pool; realm: LaunchTarget["realm"] }) =>
    row.pool === pool && realms.has(row.realm);
  // A worker that is silent may come back: it is replaced when its launch has ended.
  const coming = launches.filter((each) => has(each) && !each.isCounted && !each.isStopping);
  const own = launches.filter((each) => each.target === target.name);
  const oldest = Math.min(...allowed.flatMap(({ waitsSince }) => waitsSince?.getTime() ?? []));
  return {
    ...{ name: target.name, slots: target.offer.slots, maxInstances: target.maxInstances },
    missingSlots: wantedSlots - slotsOf(living.filter(has)) - slotsOf(coming),
    ...{ open: own.length, untried: own.filter(({ hasWorked }) => !hasWorked).length },
    ...{ waitedSeconds: Math.max(0, now.getTime() - oldest) / 1_000, afterSeconds: target.afterSeconds },
    circuit: {
      ...{ failures: circuit?.failures ?? 0, openUntil: circuit?.openUntil ?? null },
      ...{ code: circuit?.code ?? "UNAVAILABLE", reason: circuit?.reason ?? "it failed" },
    },
    hourMicros: hourMicrosOf(target),
  };
}

const secondPicoOf = ({ offer: { rate, slots } }: LaunchTarget): number => rate.slotSecond * slots;
const hourMicrosOf = (target: LaunchTarget): number => toMicros(secondPicoOf(target), 3_600_000);

async function writeLaunch(
  tx: Db,
  { plan, secrets }: LauncherDeps,
  { target: name, passedOver }: PlannedLaunch,
  now: Date,
): Promise<string> {
  const target = plan.targets.find((each) => each.name === name);
  if (target === undefined) throw new Error(`${name} was planned and is not a target.`);
  const [id, joinTokenId, token] = [randomUUID(), randomUUID(), `rj_${createToken()}`];
  const after = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
  const { startTimeoutSeconds, maxLifeSeconds, offer, realm } = target;
  const joinsBy = after(startTimeoutSeconds);
  await tx.joinToken.create({
    data: {
      ...{ id: joinTokenId, name: plan.prefix + id, realm, expiresAt: joinsBy, createdAt: now },
      ...{ prefix: token.slice(0, 10), hash: hashToken(token) },
    },
  });
  await tx.launch.create({
    data: {
      ...{ id, target: name, pool: offer.pool, slots: offer.slots, joinTokenId, joinsBy },
      passedOver: passedOver.map(({ shown: _shown, ...each }) => each),
      sealedToken: secrets.encryptSecret(token, contextOf(id)),
      ...{ nextCallAt: now, plannedAt: now },
      endsAt: after(startTimeoutSeconds + maxLifeSeconds + END_GRACE_SECONDS),
      ...{ secondPico: BigInt(secondPicoOf(target)), minimumSeconds: Math.ceil(offer.minimumSeconds) },
    },
  });
  const soon = new Date(now.getTime() + LIST_MS);
  await tx.launchTarget.updateMany({ where: { name, nextListAt: { gt: soon } }, data: { nextListAt: soon } });
  const { pool, slots } = offer;
  await recordOperatorEvents(tx, eventsOfPlan({ id, target: name, pool, slots, passedOver }));
  return id;
}

async function writeWait(
  tx: Db,
  pool: Pool,
  { wait: reason, launches, passedOver, isStarting }: Found & { isStarting: boolean },
  now: Date,
  log: Logger,
): Promise<void> {
  if (reason === null) {
    // While machines start, the sentence that says so holds.
    if (isStarting) await tx.launchWait.updateMany({ where: { pool }, data: { at: now } });
    else await tx.launchWait.deleteMany({ where: { pool } });
    return;
  }
  const known = await tx.launchWait.findUnique({ where: { pool } });
  if (known?.reason === reason && now.getTime() - known.at.getTime() < REPEAT_WAIT_MS) return;
  const isStuck = launches.length === 0 && !isStarting;
  const data = { reason, isStuck, at: now };
  await tx.launchWait.upsert({ where: { pool }, create: { pool, ...data }, update: data });
  if (isStuck && known?.isStuck !== true) await recordOperatorEvents(tx, [eventOfNone(pool, passedOver)]);
  if (known?.reason !== reason) log.info({ pool, reason }, "launch.wait-changed");
}
