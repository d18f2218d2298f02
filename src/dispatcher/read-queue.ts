import { kindsThatProduce } from "@reelay/contracts";
import type { JobPriority, Pool } from "../../prisma/generated/enums.ts";
import type { Db } from "../database/db.ts";
import { aliveSince } from "../workers/alive.ts";
import { readSlots } from "../workers/read-slots.ts";
import type { QueueState, WaitingTask } from "./plan-dispatch.ts";

/** What lies ready for a pool of which no worker is known: enough for one that is about to say that it is there. */
export const unknownSlots = 4;
/** Most tasks that are dispatched in one go, per pool: bounds what one look reads. */
const mostAtOnce = 200;

const pools: readonly Pool[] = ["CPU", "GPU"];

interface InFlightRow {
  workspaceId: string;
  pool: Pool;
  dispatched: number;
  all: number;
}

/** What `planDispatch` decides from, as the rows are now. No lock is taken: what is chosen twice is dispatched once. */
export async function readQueue(
  db: Db,
  { now, maxRunningTasks }: { now: Date; maxRunningTasks: number | null },
): Promise<QueueState> {
  const slots = await readSlots(db, now);
  const inFlight = await db.$queryRaw<InFlightRow[]>`
    SELECT workspace_id AS "workspaceId", pool, count(*) FILTER (WHERE status = 'QUEUED')::int AS dispatched, count(*)::int AS all
    FROM tasks WHERE status = 'RUNNING' OR (status = 'QUEUED' AND dispatched_at IS NOT NULL)
    GROUP BY workspace_id, pool`;
  const free = new Map(
    pools.map((pool) => {
      const onTheirWay = inFlight.reduce((sum, row) => sum + (row.pool === pool ? row.dispatched : 0), 0);
      const idle = slots.get(pool)?.idle ?? unknownSlots;
      return [pool, Math.min(mostAtOnce, Math.max(0, idle - onTheirWay))];
    }),
  );
  const most = Math.max(...free.values());
  const waiting = most === 0 ? [] : await readWaiting(db, now, most);
  const ids = [...new Set(waiting.map(({ workspaceId }) => workspaceId))];
  const rows = await db.workspace.findMany({
    where: { id: { in: ids } },
    select: { id: true, servedAt: true, maxRunningTasks: true },
  });
  const workspaces = rows.map((row) => {
    const mine = inFlight.filter(({ workspaceId }) => workspaceId === row.id);
    const turn = {
      inFlight: mine.reduce((sum, { all }) => sum + all, 0),
      servedAt: row.servedAt?.getTime() ?? 0,
      maxInFlight: row.maxRunningTasks ?? maxRunningTasks,
    };
    return [row.id, turn] as const;
  });
  return { free, waiting, workspaces: new Map(workspaces) };
}

/**
 * The first `most` of every lane and workspace that may go now. The recursion jumps from one (pool, first or rest, lane, workspace) to the next
 * through the index `tasks_waiting`, so that a long queue costs no more than a short one. What a worker that is there could not read waits until all can: it would set the
 * message aside, again and again, and each time nobody would have that slot for a while.
 */
const readWaiting = (db: Db, now: Date, most: number): Promise<WaitingTask[]> =>
  db.$queryRaw<Array<WaitingTask & { priority: JobPriority }>>`
    WITH RECURSIVE lane AS (
      (SELECT pool, is_rest, priority, workspace_id FROM tasks WHERE status = 'QUEUED' AND dispatched_at IS NULL
        ORDER BY pool, is_rest, priority, workspace_id LIMIT 1)
      UNION ALL
      SELECT next.pool, next.is_rest, next.priority, next.workspace_id FROM lane CROSS JOIN LATERAL (
        SELECT t.pool, t.is_rest, t.priority, t.workspace_id FROM tasks t WHERE t.status = 'QUEUED' AND t.dispatched_at IS NULL
          AND (t.pool, t.is_rest, t.priority, t.workspace_id) > (lane.pool, lane.is_rest, lane.priority, lane.workspace_id)
        ORDER BY t.pool, t.is_rest, t.priority, t.workspace_id LIMIT 1) next
    ), unread AS MATERIALIZED (
      SELECT DISTINCT p.pool, k.kind FROM workers w CROSS JOIN unnest(w.pools) AS p(pool) CROSS JOIN unnest(${kindsThatProduce("ASSET")}::text[]) AS k(kind)
      WHERE w.last_seen_at > ${aliveSince(now)} AND NOT w.is_stopping AND NOT k.kind = ANY (w.knows)
    )
    SELECT first.id AS "taskId", lane.pool, lane.is_rest AS "isRest", lane.priority, lane.workspace_id AS "workspaceId", first.due_at AS "dueAt"
    FROM lane JOIN workspaces w ON w.id = lane.workspace_id AND w.paused_at IS NULL
      CROSS JOIN LATERAL (
        SELECT t.id, t.due_at FROM tasks t WHERE t.status = 'QUEUED' AND t.dispatched_at IS NULL
          AND t.pool = lane.pool AND t.is_rest = lane.is_rest AND t.priority = lane.priority AND t.workspace_id = lane.workspace_id AND t.available_at <= ${now}
          AND NOT EXISTS (SELECT FROM unread WHERE unread.pool = t.pool AND unread.kind = t.kind::text)
        ORDER BY t.due_at, t.id LIMIT ${most}) first`;
