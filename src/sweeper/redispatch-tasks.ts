import type { Logger } from "pino";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { aliveSince } from "../workers/index.ts";

interface RedispatchDeps {
  db: PrismaClient;
  clock: () => Date;
  log: Logger;
}

/**
 * Returns tasks to the queue whose message no worker has started although a worker that runs it is free and
 * the time of its offer (`startWithinMs`) has passed: the broker lost the message, or the worker that pulled
 * it died before reporting. The dispatcher sends them again in queue order. While every worker is busy or
 * absent, a message may wait indefinitely. A superfluous message does no harm: a task has one lease.
 *
 * One statement, so any number of processes may run it concurrently.
 */
export async function redispatchTasks({ db, clock, log }: RedispatchDeps): Promise<void> {
  const now = clock();
  const redispatched = await db.$queryRaw<Array<{ id: string }>>`
    UPDATE tasks SET dispatched_at = NULL, published_at = NULL
    WHERE status = 'QUEUED' AND dispatched_at IS NOT NULL AND published_at < ${now} AND EXISTS (
      SELECT 1 FROM workers w CROSS JOIN LATERAL (
        SELECT ${now}::timestamptz - (w.offer->>'startWithinMs')::int * interval '1 millisecond' AS at) latest
      WHERE tasks.pool = ANY (w.pools) AND w.last_seen_at > ${aliveSince(now)} AND NOT w.is_stopping
        AND jsonb_path_exists(w.offer, '$.kinds[*].runtime ? (@ == $runtime)',
          jsonb_build_object('runtime', tasks.requirements->'runtime'))
        AND tasks.published_at < latest.at AND w.started_at < latest.at
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
