import { expressKinds, Requirements } from "@reelay/contracts";
import { Prisma } from "../../prisma/generated/client.ts";
import type { Pool, WorkerRealm } from "../../prisma/generated/enums.ts";
import { type Db, firstVideoTasks, wireKindOf } from "../database/index.ts";
import {
  explainMismatch,
  inPool,
  type OfferGroup,
  readExpectedMs,
  readOffers,
  readSlots,
} from "../workers/index.ts";
import type { QueueState, WaitingTask } from "./plan-dispatch.ts";

/** Tasks for a pool without a known worker: enough for one that is about to register. */
export const UNKNOWN_SLOTS = 4;
/** Maximum number of tasks per dispatch and pool, which limits each read. */
const MOST_AT_ONCE = 200;

const pools: readonly Pool[] = ["CPU", "GPU"];

/** Jobs that are too dear, and workspaces of which no job that has reserved nothing may start. */
export interface OverBudget {
  jobs: readonly string[];
  workspaces: readonly string[];
}

interface InFlightRow {
  workspaceId: string;
  pool: Pool;
  dispatched: number;
  all: number;
}

/** A worker that asks for one task. It reads sources over HTTP only. */
export interface Claimant {
  realm: WorkerRealm;
  group: OfferGroup;
}

interface QueueQuery {
  now: Date;
  maxRunningTasks: number | null;
  /** Jobs and workspaces that budgets refused. */
  overBudget: OverBudget;
  /** Default: the workers of the broker. */
  claimant?: Claimant;
  /** Realm of the workers of the broker. Default: OWN. */
  brokerRealm?: WorkerRealm;
  /** No task is handed to the broker in advance. Default false. */
  areWorkersRented?: boolean;
}

/** Reads the input of `planDispatch`. Takes no lock: a task that is chosen twice is dispatched once. */
export async function readQueue(db: Db, query: QueueQuery): Promise<QueueState> {
  const { now, maxRunningTasks, claimant, areWorkersRented = false } = query;
  const slots = claimant ? null : await readSlots(db, now, "BROKER");
  // While only workers of the gateway are online, none would receive what the broker holds.
  const others = claimant ? null : await readSlots(db, now, "GATEWAY");
  const inFlight = await db.$queryRaw<InFlightRow[]>`
    SELECT workspace_id AS "workspaceId", pool, count(*) FILTER (WHERE status = 'QUEUED')::int AS dispatched, count(*)::int AS all
    FROM tasks WHERE status = 'RUNNING' OR (status = 'QUEUED' AND dispatched_at IS NOT NULL)
    GROUP BY workspace_id, pool`;
  const rooms = pools.map((pool) => {
    const onTheirWay = inFlight.reduce((sum, row) => sum + (row.pool === pool ? row.dispatched : 0), 0);
    if (claimant) return { pool, free: inPool([claimant.group], pool).length, express: 0 };
    const known = slots?.get(pool);
    const idle = known?.idle ?? (areWorkersRented || others?.has(pool) ? 0 : UNKNOWN_SLOTS);
    const free = Math.min(MOST_AT_ONCE, Math.max(0, idle - onTheirWay));
    const idleExpress = (known?.idleExpress ?? 0) - Math.max(0, onTheirWay - idle);
    return { pool, free, express: Math.min(MOST_AT_ONCE, Math.max(0, idleExpress)) };
  });
  const free = new Map(rooms.map((room) => [room.pool, room.free]));
  const express = new Map(rooms.map((room) => [room.pool, room.express]));
  const mostFree = Math.max(...free.values());
  const most = mostFree + Math.max(...express.values());
  const waiting = most === 0 ? [] : await readMatching(db, { ...query, isForExpress: mostFree === 0 }, most);
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
  return { free, express, waiting, workspaces: new Map(workspaces) };
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
async function readMatching(
  db: Db,
  {
    now,
    claimant,
    overBudget,
    brokerRealm = "OWN",
    isForExpress,
  }: QueueQuery & {
    /** Only express slots are free. */
    isForExpress: boolean;
  },
  most: number,
): Promise<WaitingRow[]> {
  const offers = claimant ? [claimant.group] : await readOffers(db, now, "BROKER");
  const realm = claimant?.realm ?? brokerRealm;
  const expected = await readExpectedMs(db, offers);
  const isMatched = ({ pool, kind, requirements }: WaitingRow): boolean =>
    (!claimant && inPool(offers, pool).length === 0) ||
    explainMismatch(
      {
        ...{ pool, kind: wireKindOf(kind), requirements: Requirements.parse(requirements) },
        expectedMs: expected.get(kind),
      },
      offers,
    ) === null;
  const withTime = (rows: readonly WaitingRow[]): WaitingRow[] =>
    rows.map((row) => ({ ...row, expectedMs: expected.get(row.kind) }));
  const unmatched: string[] = [];
  for (let pass = 1; ; pass += 1) {
    const rows = await readWaiting(db, {
      ...{ now, most, unmatched, overBudget, realm, isForExpress },
      isRemote: claimant !== undefined,
    });
    const needs = Map.groupBy(rows, needOf);
    const found = [...needs].filter(([, [row]]) => row !== undefined && !isMatched(row));
    if (found.length === 0) return withTime(rows);
    unmatched.push(...found.map(([need]) => need));
    if (pass === MOST_PASSES) return withTime(rows.filter((row) => !unmatched.includes(needOf(row))));
  }
}

const expressTasks = firstVideoTasks.filter((kind) => expressKinds.includes(wireKindOf(kind)));

/**
 * Whether a task may be an express task: the first one of a video that does not play yet, that no worker has
 * tried before, and whose source is there. A task of which an express slot did its part has an attempt.
 */
const mayBeExpress = Prisma.sql`
  NOT lane.is_rest AND lane.priority <> 'BULK' AND t.kind = ANY (${expressTasks}::text[])
    AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.task_id = t.id)
    AND EXISTS (SELECT 1 FROM jobs j JOIN videos v ON v.id = j.video_id JOIN sources s ON s.video_id = v.id
      WHERE j.id = t.job_id AND v.status = 'PROCESSING' AND (s.kind <> 'UPLOAD' OR s.received_at IS NOT NULL))`;

/**
 * The first `most` of every lane and workspace that may go now, without those with one of the needs
 * `unmatched`. The recursion jumps from one (pool, first or rest, lane, workspace) to the next through the
 * index `tasks_waiting`, so a long queue costs no more than a short one.
 */
const readWaiting = (
  db: Db,
  {
    now,
    most,
    unmatched,
    overBudget: { jobs, workspaces },
    realm,
    isRemote,
    isForExpress,
  }: {
    now: Date;
    most: number;
    unmatched: readonly string[];
    overBudget: OverBudget;
    realm: WorkerRealm;
    /** Whether its worker cannot read an upload that is still arriving. */
    isRemote: boolean;
    /** Whether only tasks are read that may be express tasks. */
    isForExpress: boolean;
  },
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
      first.due_at AS "dueAt", first.kind, first.requirements, first."mayBeExpress"
    FROM lane JOIN workspaces w ON w.id = lane.workspace_id AND w.paused_at IS NULL
        AND ${realm}::"WorkerRealm" = ANY (w.worker_realms)
      CROSS JOIN LATERAL (
        SELECT t.id, t.due_at, t.kind, t.requirements, ${mayBeExpress} AS "mayBeExpress" FROM tasks t WHERE t.status = 'QUEUED' AND t.dispatched_at IS NULL
          AND t.pool = lane.pool AND t.is_rest = lane.is_rest AND t.priority = lane.priority AND t.workspace_id = lane.workspace_id AND t.available_at <= ${now}
          AND (${jobs.length === 0} OR t.job_id <> ALL (${[...jobs]}::uuid[]))
          AND (${workspaces.length === 0} OR t.workspace_id <> ALL (${[...workspaces]}::uuid[])
            OR EXISTS (SELECT 1 FROM jobs j WHERE j.id = t.job_id AND j.reserved_micros IS NOT NULL))
          AND (${unmatched.length === 0} OR jsonb_build_array(t.pool, t.kind, t.requirements) <> ALL (${[...unmatched]}::text[]::jsonb[]))
          AND (NOT ${isForExpress} OR (${mayBeExpress}))
          AND (NOT ${isRemote} OR NOT EXISTS (SELECT 1 FROM jobs j JOIN sources s ON s.video_id = j.video_id
            WHERE j.id = t.job_id AND s.kind = 'UPLOAD' AND s.received_at IS NULL))
        ORDER BY t.due_at, t.id LIMIT ${most}) first`;
