import { encodeMessage, type TaskRequested } from "@reelay/contracts";
import type { Logger } from "pino";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { WorkerRealm } from "../../prisma/generated/enums.ts";
import { type Budgets, noBudgets, reserveBudgets } from "../costs/index.ts";
import { wireKindOf } from "../database/index.ts";
import type { Tx } from "../events/index.ts";
import {
  forEdition,
  type KindRegistry,
  type SplitLimits,
  type TaskWithAll,
  taskWithAll,
} from "../jobs/index.ts";
import { kinds as builtInKinds } from "../kinds/index.ts";
import { freeOffers, type OfferBook } from "../prices/index.ts";
import type { StorageLimits } from "../quotas/index.ts";
import { planDispatch } from "./plan-dispatch.ts";
import { type OverBudget, readQueue } from "./read-queue.ts";
import { readRooms } from "./read-rooms.ts";
import { toTaskRequested } from "./to-task-requested.ts";

export interface DispatcherDeps {
  db: PrismaClient;
  clock: () => Date;
  /** Default maximum number of a workspace's tasks on workers; null: unlimited. */
  maxRunningTasks: number | null;
  split: SplitLimits;
  /** Default: the kinds of this release. */
  kinds?: KindRegistry;
  /** What jobs may cost. Default: unlimited. */
  budgets?: Budgets;
  /** Machines with their prices. Default: all are free. */
  offers?: OfferBook;
  /** Default storage limit of a workspace. Default: unlimited. */
  limits?: StorageLimits;
  /** Whose machines the workers of the broker run on. Default: OWN. */
  brokerRealm?: WorkerRealm;
  /**
   * Workers are rented, which the broker does not reach: without a living worker of the broker, all tasks
   * stay in the queue. Default: a few go to the broker, for one that is about to register.
   */
  areWorkersRented?: boolean;
  log: Logger;
}

/** How long a task is set aside if its message could not be built: a bug, which must not block the others. */
const SET_ASIDE_MS = 60_000;

/** Passes over the queue in one dispatch, each without the jobs that budgets refused before. */
const MOST_PASSES = 32;

/**
 * Passes as many waiting tasks to the outbox as slots are free. Returns their number. Any number of processes
 * may run it concurrently. Tasks whose jobs do not fit into a budget stay in the queue, and leave their slots
 * to others.
 */
export async function dispatch(deps: DispatcherDeps): Promise<number> {
  const overBudget = { jobs: [] as string[], workspaces: [] as string[] };
  let sent = 0;
  for (let pass = 1; pass <= MOST_PASSES; pass += 1) {
    const passed = await dispatchOnce(deps, overBudget);
    sent += passed.sent;
    if (passed.refused.length === 0) break;
    for (const { period, jobId, workspaceId } of passed.refused) {
      if (period === "JOB") overBudget.jobs.push(jobId);
      else overBudget.workspaces.push(workspaceId);
    }
  }
  return sent;
}

interface Refused {
  period: string;
  jobId: string;
  workspaceId: string;
}

async function dispatchOnce(
  deps: DispatcherDeps,
  overBudget: OverBudget,
): Promise<{ sent: number; refused: Refused[] }> {
  const {
    db,
    clock,
    maxRunningTasks,
    limits = {},
    budgets = noBudgets,
    offers = freeOffers,
    brokerRealm = "OWN",
    areWorkersRented = false,
  } = deps;
  const now = clock();
  const query = { now, maxRunningTasks, overBudget, brokerRealm, areWorkersRented };
  const planned = planDispatch(await readQueue(db, query));
  const chosen = planned.map(({ taskId }) => taskId);
  const plans = new Map(planned.map((task) => [task.taskId, task]));
  if (chosen.length === 0) return { sent: 0, refused: [] };
  return await db.$transaction(async (tx) => {
    const taken = await takeTasks(tx, chosen, now);
    const found = await tx.task.findMany({ where: { id: { in: taken } }, include: taskWithAll });
    const refusals = await reserveBudgets(tx, found, { budgets, offers, now });
    const back = found.filter(({ jobId }) => refusals.has(jobId)).map(({ id }) => id);
    if (back.length > 0)
      await tx.task.updateMany({ where: { id: { in: back } }, data: { dispatchedAt: null } });
    const tasks = found.filter(({ jobId }) => !refusals.has(jobId)).map(forEdition);
    const inOrder = tasks.toSorted((a, b) => chosen.indexOf(a.id) - chosen.indexOf(b.id));
    const rooms = await readRooms(tx, inOrder, limits);
    const rows = [];
    for (const task of inOrder) {
      const { expectedMs, isExpress } = plans.get(task.id) ?? {};
      const known = { roomBytes: rooms.get(task.workspaceId), expectedMs, isExpress };
      const envelope = await tryEncode(tx, deps, task, now, known);
      if (envelope === null) await setAside(tx, task.id, now);
      else rows.push({ ...envelope, taskId: task.id, jobId: task.jobId, availableAt: now });
    }
    await tx.outboxMessage.createMany({ data: rows });
    await markServed(tx, [...new Set(tasks.map(({ workspaceId }) => workspaceId))], now);
    const refused = found.flatMap(({ jobId, workspaceId }) => {
      const refusal = refusals.get(jobId);
      return refusal ? [{ period: refusal.period, jobId, workspaceId }] : [];
    });
    return { sent: rows.length, refused };
  });
}

async function tryEncode(tx: Tx, deps: DispatcherDeps, task: TaskWithAll, now: Date, known: KnownOfTask) {
  const message = await tryBuild(tx, deps, task, now, known);
  if (message === null) return null;
  const { data, attributes } = encodeMessage(message);
  const { traceParent } = task.job;
  const traced = { ...attributes, ...(traceParent !== null && { traceparent: traceParent }) };
  return { attributes: traced, data: Buffer.from(data) };
}

interface KnownOfTask {
  roomBytes: number | undefined;
  expectedMs: number | undefined;
  /** Default false. */
  isExpress?: boolean | undefined;
}

/** The message of a task; null, with a log entry, if it cannot be built. */
export async function tryBuild(
  tx: Tx,
  { log, split, kinds = builtInKinds }: Pick<DispatcherDeps, "log" | "split" | "kinds">,
  task: TaskWithAll,
  now: Date,
  known: KnownOfTask,
): Promise<TaskRequested | null> {
  try {
    const kind = wireKindOf(task.kind);
    const params = await kinds[kind]?.toParams?.(tx, task, split, now);
    if (params === undefined) throw new Error(`There is no kind ${kind} here.`);
    return toTaskRequested(task, { kind, params, ...known }, now);
  } catch (error) {
    log.error({ err: error, taskId: task.id, jobId: task.jobId }, "task.not-dispatchable");
    return null;
  }
}

export const setAside = (tx: Tx, id: string, now: Date) =>
  tx.task.update({
    where: { id },
    data: { dispatchedAt: null, availableAt: new Date(now.getTime() + SET_ASIDE_MS) },
  });

/**
 * Marks and returns those of the tasks that still wait. Two dispatchers that chose the same task meet at its
 * row lock: the second finds it marked and skips it. Canceled tasks no longer wait. Locks in the order of
 * ids, so that two dispatchers cannot deadlock.
 */
export async function takeTasks(tx: Tx, taskIds: readonly string[], now: Date): Promise<string[]> {
  const rows = await tx.$queryRaw<Array<{ id: string }>>`
    WITH open AS (
      SELECT id FROM tasks WHERE id = ANY (${[...taskIds]}::uuid[]) AND status = 'QUEUED' AND dispatched_at IS NULL
      ORDER BY id FOR UPDATE
    )
    UPDATE tasks SET dispatched_at = ${now} FROM open WHERE tasks.id = open.id RETURNING tasks.id`;
  return rows.map(({ id }) => id);
}

/**
 * Records that the workspaces were served. Locks in the order of ids, since two dispatchers may serve the
 * same ones.
 */
export const markServed = (tx: Tx, workspaceIds: readonly string[], now: Date) =>
  tx.$executeRaw`
    WITH served AS (SELECT id FROM workspaces WHERE id = ANY (${[...workspaceIds]}::uuid[]) ORDER BY id FOR NO KEY UPDATE)
    UPDATE workspaces SET served_at = ${now} FROM served WHERE workspaces.id = served.id`;
