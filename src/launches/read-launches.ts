import type { LaunchStatus, Pool, WorkerRealm } from "../../prisma/generated/enums.ts";
import type { Db } from "../database/index.ts";
import { aliveSince } from "../workers/index.ts";

/** A launch that has not ended, with its worker. */
export interface OpenLaunch {
  id: string;
  target: string;
  pool: Pool;
  slots: number;
  status: LaunchStatus;
  plannedAt: Date;
  acceptedAt: Date | null;
  joinsBy: Date;
  endsAt: Date;
  hourMicros: number;
  realm: WorkerRealm;
  joinedAt: Date | null;
  workerId: string | null;
  /** Null: no worker joined, or its row is gone. */
  lastSeenAt: Date | null;
  isStopping: boolean;
  /** Its worker has had a task. */
  hasWorked: boolean;
  /** Its worker has described itself and is alive, so its slots are counted there. */
  isCounted: boolean;
}

export const readOpenLaunches = (db: Db, now: Date): Promise<OpenLaunch[]> =>
  db.$queryRaw<OpenLaunch[]>`
    SELECT l.id, l.target, l.pool::text, l.slots, l.status::text, l.planned_at AS "plannedAt", l.accepted_at AS "acceptedAt",
      l.joins_by AS "joinsBy", l.ends_at AS "endsAt", (l.second_pico * 3600 / 1000000)::float8 AS "hourMicros",
      t.realm::text, t.used_at AS "joinedAt", t.worker_id AS "workerId", w.last_seen_at AS "lastSeenAt",
      coalesce(w.is_stopping, false) AS "isStopping",
      EXISTS (SELECT 1 FROM attempts a WHERE a.worker_id = t.worker_id) AS "hasWorked",
      coalesce(w.slots > 0 AND w.last_seen_at > ${aliveSince(now)}, false) AS "isCounted"
    FROM launches l JOIN join_tokens t ON t.id = l.join_token_id LEFT JOIN workers w ON w.id = t.worker_id
    WHERE l.status IN ('PLANNED', 'STARTING', 'RUNNING') ORDER BY l.id`;

/** Slots of living workers by pool and realm. */
export const readLivingSlots = (
  db: Db,
  now: Date,
): Promise<Array<{ pool: Pool; realm: WorkerRealm; slots: number }>> =>
  db.$queryRaw`
    SELECT pool::text, w.realm::text, sum(w.slots)::int AS slots FROM workers w CROSS JOIN unnest(w.pools) AS pool
    WHERE w.last_seen_at > ${aliveSince(now)} AND NOT w.is_stopping GROUP BY pool, w.realm`;

/** Micro-USD that launches which have ended cost since the beginning of the hour. */
export async function readEndedMicros(db: Db, now: Date): Promise<number> {
  const [row] = await db.$queryRaw<[{ micros: number }]>`
    SELECT coalesce(sum(second_pico * greatest(minimum_seconds,
      extract(epoch FROM ended_at - greatest(accepted_at, date_trunc('hour', ${now}::timestamptz, 'UTC')))) / 1000000), 0)::float8 AS micros
    FROM launches WHERE accepted_at IS NOT NULL AND ended_at >= date_trunc('hour', ${now}::timestamptz, 'UTC')`;
  return row.micros;
}

/** Open launches by target and status, and whether the circuits of targets are open. */
export interface LaunchCounts {
  open: Array<{ target: string; status: LaunchStatus; count: number }>;
  targets: Array<{ target: string; isOpen: boolean }>;
}

export async function readLaunchCounts(db: Db, now: Date): Promise<LaunchCounts> {
  const rows = await db.launch.groupBy({
    by: ["target", "status"],
    where: { status: { in: ["PLANNED", "STARTING", "RUNNING"] } },
    _count: true,
  });
  const targets = await db.launchTarget.findMany({ select: { name: true, openUntil: true } });
  return {
    open: rows.map(({ target, status, _count: count }) => ({ target, status, count })),
    targets: targets.map(({ name, openUntil }) => ({
      target: name,
      isOpen: openUntil !== null && openUntil > now,
    })),
  };
}

/** After this time without a planner the sentence says nothing about now. */
const FRESH_MS = 60_000;

/** What the planner says of each pool that wants more workers, in a sentence. */
export async function explainLaunches(db: Db, now: Date): Promise<Map<Pool, string>> {
  const rows = await db.launchWait.findMany({ where: { at: { gt: new Date(now.getTime() - FRESH_MS) } } });
  return new Map(rows.map(({ pool, reason }) => [pool, reason]));
}
