import { Prisma, type PrismaClient } from "../../prisma/generated/client.ts";
import { WORKER_SILENCE_MS } from "../workers/index.ts";

/** The queue of the whole system at one moment. */
export interface QueueState {
  tasks: { pool: string; status: string; priority: string; count: number; ageSeconds: number }[];
  outbox: { count: number; lagSeconds: number };
  /** Deliveries to endpoints that are enabled; the lag is of those that are due. */
  webhooks: { count: number; lagSeconds: number };
  workers: {
    pool: string;
    state: "alive" | "stopping" | "silent";
    count: number;
    slots: number;
    busy: number;
  }[];
}

/** Matches the partial indexes: nearly all tasks have ended, and none of those is read. */
export const openTasks = Prisma.sql`
  SELECT t.pool::text, t.status::text, t.priority::text, sum(t.count)::int AS count,
    coalesce(greatest(0, extract(epoch FROM now() - min(t.since) FILTER (WHERE w.paused_at IS NULL))), 0)::float8 AS "ageSeconds"
  FROM (
    SELECT pool, status, priority, workspace_id, count(*), min(available_at) AS since FROM tasks
    WHERE status = 'QUEUED' AND dispatched_at IS NULL GROUP BY pool, status, priority, workspace_id
    UNION ALL
    SELECT pool, status, priority, workspace_id, count(*), min(available_at) FROM tasks
    WHERE status = 'RUNNING' OR (status = 'QUEUED' AND dispatched_at IS NOT NULL) GROUP BY pool, status, priority, workspace_id
  ) t JOIN workspaces w ON w.id = t.workspace_id
  GROUP BY t.pool, t.status, t.priority`;

/** Four small queries over waiting and running work, not over the past. */
export async function readQueueState(db: PrismaClient): Promise<QueueState> {
  const [tasks, outbox, webhooks, workers] = await Promise.all([
    db.$queryRaw<QueueState["tasks"]>(openTasks),
    db.$queryRaw<QueueState["outbox"][]>`
      SELECT count(*)::int AS count,
        coalesce(greatest(0, extract(epoch FROM now() - min(available_at))), 0)::float8 AS "lagSeconds"
      FROM outbox`,
    db.$queryRaw<QueueState["webhooks"][]>`
      SELECT count(*)::int AS count, coalesce(greatest(0, extract(epoch FROM now() - min(d.next_attempt_at)
        FILTER (WHERE e.not_before IS NULL OR e.not_before <= now()))), 0)::float8 AS "lagSeconds"
      FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id WHERE d.state = 'PENDING' AND e.status = 'ENABLED'`,
    // A worker of two pools counts in both.
    db.$queryRaw<QueueState["workers"]>`
      SELECT pool::text, state, count(*)::int AS count, sum(slots)::int AS slots, sum(busy)::int AS busy
      FROM (
        SELECT unnest(pools) AS pool, slots, busy,
          CASE WHEN last_seen_at <= now() - make_interval(secs => ${WORKER_SILENCE_MS / 1_000}) THEN 'silent'
            WHEN is_stopping THEN 'stopping' ELSE 'alive' END AS state
        FROM workers
      ) known
      GROUP BY pool, state`,
  ]);
  const none = { count: 0, lagSeconds: 0 };
  return { tasks, outbox: outbox[0] ?? none, webhooks: webhooks[0] ?? none, workers };
}
