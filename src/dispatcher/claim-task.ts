import { Offer, type TaskRequested } from "@reelay/contracts";
import type { Prisma, Worker } from "../../prisma/generated/client.ts";
import { lockVideo } from "../auth/index.ts";
import { noBudgets, reserveBudgets } from "../costs/index.ts";
import type { Tx } from "../events/index.ts";
import { forEdition, holdAttempt, taskWithAll } from "../jobs/index.ts";
import { freeOffers } from "../prices/index.ts";
import { type DispatcherDeps, markServed, setAside, takeTasks, tryBuild } from "./dispatch.ts";
import { planDispatch } from "./plan-dispatch.ts";
import { type Claimant, readQueue } from "./read-queue.ts";
import { readRooms } from "./read-rooms.ts";

/** Passes over the queue in one claim, each without the jobs that budgets refused before. */
const MOST_PASSES = 8;
/** A worker's own figure of its slots is not believed beyond this. */
const MOST_SLOTS = 64;

interface Claim {
  worker: Worker;
  /** Chosen by the worker: a repeated request gets the same attempt. */
  attemptId: string;
  /** Changes the message, and returns what is kept with the attempt. */
  grant: (task: TaskRequested) => { task: TaskRequested; columns: Prisma.AttemptUncheckedUpdateInput };
}

/** The task that a worker got. `traceParent` continues its job's trace. */
interface Claimed {
  task: TaskRequested;
  traceParent: string | null;
}

/**
 * Chooses the next task for one worker, as the dispatcher would, and opens its attempt in the same
 * transaction: its lease begins here. Null: there is none, or the worker has no free slot.
 */
export async function claimTask(deps: DispatcherDeps, claim: Claim): Promise<Claimed | null> {
  const { db, clock, maxRunningTasks } = deps;
  const { worker } = claim;
  const now = clock();
  const open = await db.attempt.count({ where: { workerId: worker.id, outcome: null } });
  if (worker.isStopping || open >= Math.min(worker.slots, MOST_SLOTS)) return null;
  const remainingMs =
    worker.deadlineAt === null ? undefined : Math.max(0, worker.deadlineAt.getTime() - now.getTime());
  const claimant: Claimant = {
    realm: worker.realm,
    group: { offer: Offer.parse(worker.offer), workers: 1, realm: worker.realm, remainingMs },
  };
  const overBudget = { jobs: [] as string[], workspaces: [] as string[] };
  for (let pass = 1; pass <= MOST_PASSES; pass += 1) {
    const refused = overBudget.jobs.length + overBudget.workspaces.length;
    const queue = await readQueue(db, { now, maxRunningTasks, claimant, overBudget });
    for (const chosen of planDispatch(queue)) {
      const claimed = await db.$transaction((tx) =>
        openAttempt(tx, deps, claim, chosen, { now, overBudget }),
      );
      if (claimed !== null) return claimed;
    }
    if (overBudget.jobs.length + overBudget.workspaces.length === refused) return null;
  }
  return null;
}

/** The message of an attempt that this worker has opened before and whose answer it did not receive. */
export async function repeatClaim(
  tx: Tx,
  deps: DispatcherDeps,
  { attemptId, grant }: Claim,
  taskId: string,
): Promise<Claimed | null> {
  const claimed = await build(tx, deps, taskId, deps.clock(), undefined);
  if (claimed === null) return null;
  // The attempt counts itself.
  const fencingToken = claimed.task.fencingToken - 1;
  const { task, columns } = grant({ ...claimed.task, fencingToken });
  await tx.attempt.update({ where: { id: attemptId }, data: columns });
  return { ...claimed, task };
}

async function openAttempt(
  tx: Tx,
  deps: DispatcherDeps,
  { worker, attemptId, grant }: Claim,
  { taskId, expectedMs }: { taskId: string; expectedMs?: number | undefined },
  { now, overBudget }: { now: Date; overBudget: { jobs: string[]; workspaces: string[] } },
): Promise<Claimed | null> {
  const known = await tx.task.findUnique({
    where: { id: taskId },
    select: { workspaceId: true, job: { select: { videoId: true } } },
  });
  if (known === null || !(await lockVideo(tx, known.job.videoId))) return null;
  if ((await takeTasks(tx, [taskId], now)).length === 0) return null;
  const { budgets = noBudgets, offers = freeOffers } = deps;
  const rows = await tx.task.findMany({ where: { id: taskId }, include: taskWithAll });
  for (const [jobId, { period }] of await reserveBudgets(tx, rows, { budgets, offers, now })) {
    if (period === "JOB") overBudget.jobs.push(jobId);
    else overBudget.workspaces.push(known.workspaceId);
    await tx.task.update({ where: { id: taskId }, data: { dispatchedAt: null } });
    return null;
  }
  const claimed = await build(tx, deps, taskId, now, expectedMs);
  if (claimed === null) {
    await setAside(tx, taskId, now);
    return null;
  }
  const { task, columns } = grant(claimed.task);
  const { videoId, jobId, kind, fencingToken } = task;
  const attempt = await holdAttempt(
    tx,
    {
      type: "task.started.v1",
      ...{ videoId, jobId, taskId, attemptId, fencingToken, kind },
      workerId: worker.id,
      at: now.toISOString(),
    },
    { now, offers },
  );
  if (attempt === null) {
    await setAside(tx, taskId, now);
    return null;
  }
  await tx.attempt.update({ where: { id: attemptId }, data: columns });
  await markServed(tx, [known.workspaceId], now);
  return { ...claimed, task };
}

async function build(
  tx: Tx,
  deps: DispatcherDeps,
  taskId: string,
  now: Date,
  expectedMs: number | undefined,
): Promise<Claimed | null> {
  const found = await tx.task.findUnique({ where: { id: taskId }, include: taskWithAll });
  if (found === null) return null;
  const row = forEdition(found);
  const rooms = await readRooms(tx, [row], deps.limits ?? {});
  const roomBytes = rooms.get(row.workspaceId);
  const task = await tryBuild(tx, deps, row, now, { roomBytes, expectedMs });
  return task && { task, traceParent: row.job.traceParent };
}
