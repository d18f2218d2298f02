import type { Logger } from "pino";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { aliveSince } from "../workers/alive.ts";

/** Time limit for a message on its way to a free worker, in milliseconds. */
const REDISPATCH_AFTER_MS = 15_000;

interface RedispatchDeps {
  db: PrismaClient;
  clock: () => Date;
  log: Logger;
}

/**
 * Returns tasks to the queue whose message was sent a while ago but which no worker has started although one
 * of their pool is free: the broker lost the message, or the worker that pulled it died before reporting. The
 * dispatcher sends them again in queue order. While every worker is busy or absent, a message may wait
 * indefinitely. A superfluous message does no harm: a task has one lease.
 *
 * One statement, so any number of processes may run it concurrently.
 */
export async function redispatchTasks({ db, clock, log }: RedispatchDeps): Promise<void> {
  const now = clock();
  const before = new Date(now.getTime() - REDISPATCH_AFTER_MS);
  const redispatched = await db.$queryRaw<Array<{ id: string }>>`
    UPDATE tasks SET dispatched_at = NULL, published_at = NULL
    WHERE status = 'QUEUED' AND dispatched_at IS NOT NULL AND published_at < ${before} AND EXISTS (
      SELECT 1 FROM workers w WHERE tasks.pool = ANY (w.pools) AND w.last_seen_at > ${aliveSince(now)} AND NOT w.is_stopping
        AND w.started_at < ${before}
        AND w.slots > (SELECT count(*) FROM attempts a WHERE a.worker_id = w.id AND a.outcome IS NULL))
    RETURNING id`;
  for (const { id } of redispatched) log.info({ taskId: id }, "task.redispatched");
}

/**
 * The broker lost its state: all dispatched tasks return to the queue, unless their message has not been sent
 * yet.
 */
export async function redispatchAll({ db, log }: Omit<RedispatchDeps, "clock">): Promise<void> {
  const { count } = await db.task.updateMany({
    where: { status: "QUEUED", publishedAt: { not: null } },
    data: { dispatchedAt: null, publishedAt: null },
  });
  if (count > 0) log.info({ tasks: count }, "tasks.redispatched");
}
