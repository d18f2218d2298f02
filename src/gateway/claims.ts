import { setTimeout as sleep } from "node:timers/promises";
import type { TaskRequested } from "@reelay/contracts";
import type { Prisma, Worker } from "../../prisma/generated/client.ts";
import { lockVideo } from "../auth/index.ts";
import { startWorkLoop } from "../database/index.ts";
import { claimTask, type DispatcherDeps, repeatClaim } from "../dispatcher/index.ts";
import { endAttempt } from "../jobs/index.ts";
import { createToken, hashToken } from "../secrets/index.ts";
import { GatewayError } from "./gateway-error.ts";
import { planScope } from "./scope.ts";
import type { OwnAttempt } from "./sessions.ts";

/** How long a task that its worker does not support is set aside. */
const UNSUPPORTED_MS = 60_000;
/** A claim looks again after so long even if nothing has changed. */
const LOOK_AGAIN_MS = 2_000;

/** The answer to a claim. */
export interface ClaimAnswer {
  task: TaskRequested;
  attempt: { id: string; token: string };
  /** W3C trace context of the job; null: none. */
  traceparent: string | null;
}

export interface Claims extends AsyncDisposable {
  /**
   * Resolves with a task, or with null when none came in time or the signal aborted. A repeat with the same
   * attempt id returns the same attempt with a new token. Throws `GatewayError`.
   */
  claim(worker: Worker, attemptId: string, waitMs: number, signal: AbortSignal): Promise<ClaimAnswer | null>;
}

/** Gives tasks to workers that ask over HTTP: when they are queued, and in the order of the queue. */
export async function createClaims(deps: DispatcherDeps & { databaseUrl: string }): Promise<Claims> {
  let changed = Promise.withResolvers<void>();
  const loop = await startWorkLoop({
    databaseUrl: deps.databaseUrl,
    channel: "reelay_queue",
    log: deps.log,
    work: async () => {
      changed.resolve();
      changed = Promise.withResolvers();
      return false;
    },
    onFailed: () => undefined,
  });
  // One look at the queue at a time: however many workers wait, they cost one connection.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(look: () => Promise<T>): Promise<T> => {
    const turn = last.then(look);
    last = turn.catch(() => undefined);
    return turn;
  };
  return {
    async claim(worker, attemptId, waitMs, signal) {
      // In its turn, since a worker that is about to leave asks for what the claim before may have opened.
      let look = async () => (await repeat(deps, worker, attemptId)) ?? (await lookAgain());
      const lookAgain = () => claimNow(deps, worker.id, attemptId);
      const until = performance.now() + waitMs;
      for (;;) {
        const isChanged = changed.promise;
        const found = await inTurn(async () => (signal.aborted ? null : await look()));
        look = lookAgain;
        const leftMs = until - performance.now();
        if (found !== null || signal.aborted || leftMs <= 0) return found;
        const pause = sleep(Math.min(leftMs, LOOK_AGAIN_MS), undefined, { signal }).catch(() => undefined);
        await Promise.race([isChanged, pause]);
      }
    },
    [Symbol.asyncDispose]: () => loop[Symbol.asyncDispose](),
  };
}

/** Issues the attempt's token. */
function grantTo(attemptId: string) {
  const token = createToken();
  const grant = (task: TaskRequested) => {
    const scope = planScope(task) as unknown as Prisma.InputJsonObject;
    return { task, columns: { tokenHash: hashToken(token), scope } };
  };
  return { grant, attempt: { id: attemptId, token } };
}

async function claimNow(
  deps: DispatcherDeps,
  workerId: string,
  attemptId: string,
): Promise<ClaimAnswer | null> {
  // It may have described itself, been revoked or begun to stop while it waited.
  const worker = await deps.db.worker.findUnique({ where: { id: workerId } });
  if (worker === null || worker.tokenUntil === null || worker.tokenUntil <= deps.clock()) return null;
  const { grant, attempt } = grantTo(attemptId);
  const claimed = await claimTask(deps, { worker, attemptId, grant });
  return claimed && { task: claimed.task, attempt, traceparent: claimed.traceParent };
}

async function repeat(deps: DispatcherDeps, worker: Worker, attemptId: string): Promise<ClaimAnswer | null> {
  const known = await deps.db.attempt.findUnique({ where: { id: attemptId } });
  if (known === null) return null;
  if (known.workerId !== worker.id || known.outcome !== null || known.tokenHash === null) {
    throw new GatewayError("ATTEMPT_ID_TAKEN", "This attempt id is in use: choose another random UUID.");
  }
  const { grant, attempt } = grantTo(attemptId);
  const claim = { worker, attemptId, grant };
  const claimed = await deps.db.$transaction((tx) => repeatClaim(tx, deps, claim, known.taskId));
  return claimed && { task: claimed.task, attempt, traceparent: claimed.traceParent };
}

/** Ends an attempt that its worker has not begun: its task returns to the queue and has used no try. */
export async function returnAttempt(
  { db, clock }: Pick<DispatcherDeps, "db" | "clock">,
  { id, videoId, taskId }: OwnAttempt,
  { isUnsupported }: { isUnsupported: boolean },
): Promise<void> {
  const now = clock();
  await db.$transaction(async (tx) => {
    if (!(await lockVideo(tx, videoId))) return;
    const attempt = await tx.attempt.findUnique({
      where: { id },
      include: { task: { include: { job: true } } },
    });
    if (attempt === null || attempt.outcome !== null) return;
    await endAttempt(tx, attempt, "INTERRUPTED", now);
    if (!isUnsupported) return;
    const availableAt = new Date(now.getTime() + UNSUPPORTED_MS);
    await tx.task.updateMany({ where: { id: taskId, status: "QUEUED" }, data: { availableAt } });
  });
}
