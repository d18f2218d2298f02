import type { JobPriority, Pool } from "../../prisma/generated/enums.ts";
import type { Db } from "../database/index.ts";

/**
 * Number of tasks in the same pool that are likely to start before each job, plus one: 1 is next. Null for
 * jobs that do not wait in the queue, including running ones with waiting tasks. Follows the dispatcher's
 * order: tasks on their way to a worker, then first tasks before the rest of any video, by lane, fairness
 * between workspaces, and due time.
 */
export async function queuePosition(db: Db, jobIds: readonly string[]): Promise<Map<string, number | null>> {
  const positions = new Map<string, number | null>(jobIds.map((id) => [id, null]));
  if (jobIds.length === 0) return positions;
  const rows = await db.$queryRaw<Array<{ id: string; position: number }>>`
    WITH flying AS (
      SELECT * FROM tasks WHERE status = 'RUNNING' OR (status = 'QUEUED' AND dispatched_at IS NOT NULL)
    ), in_flight AS (
      SELECT workspace_id, count(*) FROM flying GROUP BY workspace_id
    ), waiting AS (
      SELECT * FROM flying WHERE status = 'QUEUED'
      UNION ALL
      -- Of the rest, which may be thousands, only what is on its way goes before a first task. But a repeated job may have nothing else.
      SELECT * FROM tasks WHERE status = 'QUEUED' AND dispatched_at IS NULL AND (NOT is_rest OR (SELECT EXISTS (
        SELECT FROM jobs j WHERE j.id = ANY (${[...jobIds]}::uuid[]) AND j.status = 'QUEUED'
          AND NOT EXISTS (SELECT FROM tasks first WHERE first.job_id = j.id AND NOT first.is_rest))))
    ), turns AS (
      SELECT t.job_id, t.pool, t.dispatched_at, t.is_rest, t.priority, t.due_at, t.id,
        coalesce(f.count, 0) + row_number() OVER (
          PARTITION BY t.pool, t.is_rest, t.priority, t.workspace_id ORDER BY t.due_at, t.id) AS turn
      FROM waiting t LEFT JOIN in_flight f ON f.workspace_id = t.workspace_id
    ), places AS (
      SELECT job_id, row_number() OVER (
        PARTITION BY pool ORDER BY dispatched_at ASC NULLS LAST, is_rest, priority, turn, due_at, id)::int AS position
      FROM turns
    )
    SELECT job_id AS id, min(position) AS position FROM places JOIN jobs ON jobs.id = job_id
    WHERE job_id = ANY (${[...jobIds]}::uuid[]) AND jobs.status = 'QUEUED' GROUP BY job_id`;
  for (const { id, position } of rows) positions.set(id, position);
  return positions;
}

export interface LaneOverview {
  priority: JobPriority;
  queued: number;
  running: number;
  oldestQueuedAt: Date | null;
}

export interface PoolOverview {
  pool: Pool;
  queued: number;
  running: number;
  oldestQueuedAt: Date | null;
  lanes: LaneOverview[];
}

/** The workspace's waiting and running tasks, per pool and lane. */
export async function queueOverview(db: Db, workspaceId: string): Promise<PoolOverview[]> {
  const rows = await db.$queryRaw<Array<LaneOverview & { pool: Pool }>>`
    SELECT pool, priority, count(*) FILTER (WHERE status = 'QUEUED')::int AS queued,
      count(*) FILTER (WHERE status = 'RUNNING')::int AS running,
      min(queued_at) FILTER (WHERE status = 'QUEUED') AS "oldestQueuedAt"
    FROM (
      -- As the partial indexes have it: nearly all tasks have ended long ago.
      SELECT * FROM tasks WHERE status = 'QUEUED' AND dispatched_at IS NULL
      UNION ALL
      SELECT * FROM tasks WHERE status = 'RUNNING' OR (status = 'QUEUED' AND dispatched_at IS NOT NULL)
    ) open
    WHERE workspace_id = ${workspaceId}::uuid
    GROUP BY pool, priority ORDER BY pool, priority`;
  return [...Map.groupBy(rows, ({ pool }) => pool)].map(([pool, lanes]) => ({
    pool,
    queued: sum(lanes.map(({ queued }) => queued)),
    running: sum(lanes.map(({ running }) => running)),
    oldestQueuedAt: earliest(lanes.map(({ oldestQueuedAt }) => oldestQueuedAt)),
    lanes,
  }));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const earliest = (dates: readonly (Date | null)[]): Date | null =>
  dates.filter((date) => date !== null).toSorted((a, b) => +a - +b)[0] ?? null;
