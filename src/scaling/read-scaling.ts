import { Pool, type WorkerRealm } from "../../prisma/generated/enums.ts";
import type { Db } from "../database/index.ts";
import { readSlots } from "../workers/index.ts";
import { type Demand, type PoolScaling, planScaling } from "./plan-scaling.ts";

/** Recent tasks whose mean is taken. */
const SAMPLES = 200;

export interface Scaling {
  /** Of all pools together. */
  wantedWorkers: number;
  pools: PoolScaling[];
}

interface Query {
  now: Date;
  /** The limit of workspaces without one of their own; null: unlimited. */
  maxRunningTasks: number | null;
}

/** What waits and runs in a pool. */
export interface PoolDemand {
  pool: Pool;
  demand: Array<Demand & { realms: WorkerRealm[]; waitsSince: Date | null }>;
  /** Mean of recent tasks; null without any. */
  secondsPerTask: number | null;
}

/**
 * What the queue wants of each pool, by workspace, with the realms that may do it. Tasks of paused queues and
 * those that wait for a later try want nothing. `isRemote`: of workers that cannot read an upload that is
 * still arriving; default false. `unmet`: needs of tasks that are left out, `[pool, kind, requirements]` as
 * JSON.
 */
export async function readDemand(
  db: Db,
  {
    now,
    maxRunningTasks,
    isRemote = false,
    unmet = [],
  }: Query & { isRemote?: boolean; unmet?: readonly string[] },
): Promise<PoolDemand[]> {
  // Matches the partial indexes: nearly all tasks have ended, and none of those is read.
  const rows = await db.$queryRaw<Array<PoolDemand["demand"][number] & { pool: Pool }>>`
    SELECT t.pool::text, w.id AS "workspaceId", w.max_running_tasks AS most, w.worker_realms::text[] AS realms,
      coalesce(sum(t.count) FILTER (WHERE t.waits AND NOT t.is_rest AND w.paused_at IS NULL), 0)::int AS first,
      coalesce(sum(t.count) FILTER (WHERE t.waits AND t.is_rest AND w.paused_at IS NULL), 0)::int AS rest,
      coalesce(sum(t.count) FILTER (WHERE NOT t.waits), 0)::int AS busy,
      min(t.since) FILTER (WHERE t.waits AND w.paused_at IS NULL) AS "waitsSince"
    FROM (
      SELECT pool, workspace_id, is_rest, true AS waits, count(*), min(greatest(queued_at, available_at)) AS since FROM tasks
      WHERE status = 'QUEUED' AND dispatched_at IS NULL AND available_at <= ${now}
        AND (NOT ${isRemote} OR NOT EXISTS (SELECT 1 FROM jobs j JOIN sources s ON s.video_id = j.video_id
          WHERE j.id = tasks.job_id AND s.kind = 'UPLOAD' AND s.received_at IS NULL))
        AND (${unmet.length === 0} OR jsonb_build_array(pool, kind, requirements) <> ALL (${[...unmet]}::text[]::jsonb[]))
      GROUP BY pool, workspace_id, is_rest
      UNION ALL
      SELECT pool, workspace_id, false, false, count(*), NULL FROM tasks
      WHERE status = 'RUNNING' OR (status = 'QUEUED' AND dispatched_at IS NOT NULL) GROUP BY pool, workspace_id
    ) t JOIN workspaces w ON w.id = t.workspace_id
    GROUP BY t.pool, w.id`;
  const means = await db.$queryRaw<Array<{ pool: Pool; seconds: number }>>`
    SELECT t.pool::text, avg(extract(epoch FROM a.ended_at - a.started_at))::float8 AS seconds
    FROM (SELECT task_id, started_at, ended_at FROM attempts WHERE outcome = 'COMPLETED' ORDER BY ended_at DESC LIMIT ${SAMPLES}) a
      JOIN tasks t ON t.id = a.task_id GROUP BY t.pool`;
  return Object.values(Pool).map((pool) => ({
    pool,
    demand: rows
      .filter((each) => each.pool === pool)
      .map((each) => Object.assign(each, { most: each.most ?? maxRunningTasks })),
    secondsPerTask: means.find((each) => each.pool === pool)?.seconds ?? null,
  }));
}

/** The number of workers that the queue wants now. */
export async function readScaling(db: Db, query: Query): Promise<Scaling> {
  const [demands, slots] = await Promise.all([readDemand(db, query), readSlots(db, query.now)]);
  const pools = demands.map((each) => {
    const known = slots.get(each.pool);
    return planScaling({ ...each, workers: known?.workers ?? 0, slots: known?.slots ?? 0 });
  });
  return { wantedWorkers: pools.reduce((sum, { wantedWorkers }) => sum + wantedWorkers, 0), pools };
}
