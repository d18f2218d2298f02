import { encodeMessage } from "@reelay/contracts";
import type { Logger } from "pino";
import type { PrismaClient } from "../../prisma/generated/client.ts";
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
import type { StorageLimits } from "../quotas/index.ts";
import { planDispatch } from "./plan-dispatch.ts";
import { readQueue } from "./read-queue.ts";
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
  /** Default storage limit of a workspace. Default: unlimited. */
  limits?: StorageLimits;
  log: Logger;
}

/** How long a task is set aside if its message could not be built: a bug, which must not block the others. */
const SET_ASIDE_MS = 60_000;

/**
 * Passes as many waiting tasks to the outbox as slots are free. Returns their number. Any number of processes
 * may run it concurrently.
 */
export async function dispatch(deps: DispatcherDeps): Promise<number> {
  const { db, clock, maxRunningTasks, limits = {} } = deps;
  const now = clock();
  const chosen = planDispatch(await readQueue(db, { now, maxRunningTasks })).map(({ taskId }) => taskId);
  if (chosen.length === 0) return 0;
  return await db.$transaction(async (tx) => {
    const taken = await takeTasks(tx, chosen, now);
    const found = await tx.task.findMany({ where: { id: { in: taken } }, include: taskWithAll });
    const tasks = found.map(forEdition);
    const inOrder = tasks.toSorted((a, b) => chosen.indexOf(a.id) - chosen.indexOf(b.id));
    const rooms = await readRooms(tx, inOrder, limits);
    const rows = [];
    for (const task of inOrder) {
      const envelope = await tryEncode(tx, deps, task, now, rooms.get(task.workspaceId));
      if (envelope === null) await setAside(tx, task.id, now);
      else rows.push({ ...envelope, taskId: task.id, jobId: task.jobId, availableAt: now });
    }
    await tx.outboxMessage.createMany({ data: rows });
    await markServed(tx, [...new Set(tasks.map(({ workspaceId }) => workspaceId))], now);
    return rows.length;
  });
}

async function tryEncode(
  tx: Tx,
  { log, split, kinds = builtInKinds }: DispatcherDeps,
  task: TaskWithAll,
  now: Date,
  roomBytes: number | undefined,
) {
  try {
    const kind = wireKindOf(task.kind);
    const params = await kinds[kind]?.toParams?.(tx, task, split);
    if (params === undefined) throw new Error(`There is no kind ${kind} here.`);
    const { data, attributes } = encodeMessage(toTaskRequested(task, { kind, params, roomBytes }, now));
    const { traceParent } = task.job;
    const traced = { ...attributes, ...(traceParent !== null && { traceparent: traceParent }) };
    return { attributes: traced, data: Buffer.from(data) };
  } catch (error) {
    log.error({ err: error, taskId: task.id, jobId: task.jobId }, "task.not-dispatchable");
    return null;
  }
}

const setAside = (tx: Tx, id: string, now: Date) =>
  tx.task.update({
    where: { id },
    data: { dispatchedAt: null, availableAt: new Date(now.getTime() + SET_ASIDE_MS) },
  });

/**
 * Marks and returns those of the tasks that still wait. Two dispatchers that chose the same task meet at its
 * row lock: the second finds it marked and skips it. Canceled tasks no longer wait. Locks in the order of
 * ids, so that two dispatchers cannot deadlock.
 */
async function takeTasks(tx: Tx, taskIds: readonly string[], now: Date): Promise<string[]> {
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
const markServed = (tx: Tx, workspaceIds: readonly string[], now: Date) =>
  tx.$executeRaw`
    WITH served AS (SELECT id FROM workspaces WHERE id = ANY (${[...workspaceIds]}::uuid[]) ORDER BY id FOR NO KEY UPDATE)
    UPDATE workspaces SET served_at = ${now} FROM served WHERE workspaces.id = served.id`;
