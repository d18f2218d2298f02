import type { Logger } from "pino";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { aliveSince } from "../workers/alive.ts";

/** How long a message may be on its way to a worker that is free, in milliseconds. */
const recallAfterMs = 15_000;

interface RecallDeps {
  db: PrismaClient;
  clock: () => Date;
  log: Logger;
}

/**
 * Takes tasks back into the queue whose message went out a while ago and that nobody has taken although a worker of their pool is free:
 * the broker has lost it, or whoever pulled it died before saying so. The dispatcher sends them again, in turn. While every worker
 * is busy or none is there a message may wait for as long as it takes. One message too many does no harm: a task has one lease.
 *
 * One statement, so any number of processes may do so at once.
 */
export async function recallTasks({ db, clock, log }: RecallDeps): Promise<void> {
  const now = clock();
  const before = new Date(now.getTime() - recallAfterMs);
  const recalled = await db.$queryRaw<Array<{ id: string }>>`
    UPDATE tasks SET dispatched_at = NULL, published_at = NULL
    WHERE status = 'QUEUED' AND dispatched_at IS NOT NULL AND published_at < ${before} AND EXISTS (
      SELECT 1 FROM workers w WHERE tasks.pool = ANY (w.pools) AND w.last_seen_at > ${aliveSince(now)} AND NOT w.is_stopping
        AND w.started_at < ${before}
        AND w.slots > (SELECT count(*) FROM attempts a WHERE a.worker_id = w.id AND a.outcome IS NULL))
    RETURNING id`;
  for (const { id } of recalled) log.info({ taskId: id }, "task.recalled");
}

/** The broker forgot everything: all that was given to it waits again, unless its message has not been sent yet. */
export async function recallAll({ db, log }: Omit<RecallDeps, "clock">): Promise<void> {
  const { count } = await db.task.updateMany({
    where: { status: "QUEUED", publishedAt: { not: null } },
    data: { dispatchedAt: null, publishedAt: null },
  });
  if (count > 0) log.info({ tasks: count }, "tasks.recalled");
}
