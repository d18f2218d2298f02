import { Requirements } from "@reelay/contracts";
import type { Pool } from "../../prisma/generated/enums.ts";
import { type Db, wireKindOf } from "../database/index.ts";
import { explainMismatch, inPool, readOffers, readSlots } from "../workers/index.ts";
import type { QueueState, WaitingTask } from "./plan-dispatch.ts";

/** Tasks for a pool without a known worker: enough for one that is about to register. */
export const UNKNOWN_SLOTS = 4;
/** Maximum number of tasks per dispatch and pool, which limits each read. */
const MOST_AT_ONCE = 200;

const pools: readonly Pool[] = ["CPU", "GPU"];

interface InFlightRow {
  workspaceId: string;
  pool: Pool;
  dispatched: number;
  all: number;
}

/** Reads the input of `planDispatch`. Takes no lock: a task that is chosen twice is dispatched once. */
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
      const idle = slots.get(pool)?.idle ?? UNKNOWN_SLOTS;
      return [pool, Math.min(MOST_AT_ONCE, Math.max(0, idle - onTheirWay))];
    }),
  );
  const most = Math.max(...free.values());
  const waiting = most === 0 ? [] : await readMatching(db, now, most);
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

/** A waiting task with what it needs. */
interface WaitingRow extends WaitingTask {
  kind: string;
  requirements: unknown;
}

/** Tasks that share pool, kind and requirements are matched once. */
const needOf = ({ pool, kind, requirements }: WaitingRow): string =>
  JSON.stringify([pool, kind, requirements]);

/** How often the queue is read again without the tasks that no worker can do. */
const MOST_PASSES = 8;

/**
 * The tasks at the front of the queue that a live worker can do. The others wait: a worker would return them,
 * and meanwhile they would occupy a slot. They are left out by their needs, so that they hide no task behind
 * them.
 */
async function readMatching(db: Db, now: Date, most: number): Promise<WaitingRow[]> {
  const offers = await readOffers(db, now);
  const isMatched = ({ pool, kind, requirements }: WaitingRow): boolean =>
    inPool(offers, pool).length === 0 ||
    explainMismatch(
      { pool, kind: wireKindOf(kind), requirements: Requirements.parse(requirements) },
      offers,
    ) === null;
  const unmatched: string[] = [];
  for (let pass = 1; ; pass += 1) {
    const rows = await readWaiting(db, { now, most, unmatched });
    const needs = Map.groupBy(rows, needOf);
    const found = [...needs].filter(([, [row]]) => row !== undefined && !isMatched(row));
    if (found.length === 0) return rows;
    unmatched.push(...found.map(([need]) => need));
    if (pass === MOST_PASSES) return rows.filter((row) => !unmatched.includes(needOf(row)));
  }
}

/**
 * The first `most` of every lane and workspace that may go now, without those with one of the needs
 * `unmatched`. The recursion jumps from one (pool, first or rest, lane, workspace) to the next through the
 * index `tasks_waiting`, so a long queue costs no more than a short one.
 */
const readWaiting = (
  db: Db,
  { now, most, unmatched }: { now: Date; most: number; unmatched: readonly string[] },
): Promise<WaitingRow[]> =>
  db.$queryRaw<WaitingRow[]>`
    WITH RECURSIVE lane AS (
      (SELECT pool, is_rest, priority, workspace_id FROM tasks WHERE status = 'QUEUED' AND dispatched_at IS NULL
        ORDER BY pool, is_rest, priority, workspace_id LIMIT 1)
      UNION ALL
      SELECT next.pool, next.is_rest, next.priority, next.workspace_id FROM lane CROSS JOIN LATERAL (
        SELECT t.pool, t.is_rest, t.priority, t.workspace_id FROM tasks t WHERE t.status = 'QUEUED' AND t.dispatched_at IS NULL
          AND (t.pool, t.is_rest, t.priority, t.workspace_id) > (lane.pool, lane.is_rest, lane.priority, lane.workspace_id)
        ORDER BY t.pool, t.is_rest, t.priority, t.workspace_id LIMIT 1) next
    )
    SELECT first.id AS "taskId", lane.pool, lane.is_rest AS "isRest", lane.priority, lane.workspace_id AS "workspaceId",
      first.due_at AS "dueAt", first.kind, first.requirements
    FROM lane JOIN workspaces w ON w.id = lane.workspace_id AND w.paused_at IS NULL
      CROSS JOIN LATERAL (
        SELECT t.id, t.due_at, t.kind, t.requirements FROM tasks t WHERE t.status = 'QUEUED' AND t.dispatched_at IS NULL
          AND t.pool = lane.pool AND t.is_rest = lane.is_rest AND t.priority = lane.priority AND t.workspace_id = lane.workspace_id AND t.available_at <= ${now}
          AND (${unmatched.length === 0} OR jsonb_build_array(t.pool, t.kind, t.requirements) <> ALL (${[...unmatched]}::text[]::jsonb[]))
        ORDER BY t.due_at, t.id LIMIT ${most}) first`;
