import type { Pool, WorkerLink } from "../../prisma/generated/enums.ts";
import type { Db } from "../database/index.ts";
import { aliveSince } from "./alive.ts";

/**
 * The slots of living workers per pool: all of them, and those in which nothing runs; and the idle express
 * slots, which run first tasks beside full slots. `link`: of the workers that get their tasks so; default: of
 * all.
 */
export async function readSlots(
  db: Db,
  now: Date,
  link: WorkerLink | null = null,
): Promise<Map<Pool, { workers: number; slots: number; idle: number; idleExpress: number }>> {
  const rows = await db.$queryRaw<
    Array<{ pool: Pool; workers: number; slots: number; idle: number; idleExpress: number }>
  >`
    SELECT pool, count(*)::int AS workers, sum(w.slots)::int AS slots,
      sum(greatest(w.slots - coalesce(open.count, 0), 0))::int AS idle,
      sum(greatest(coalesce((w.offer->>'expressSlots')::int, 0) - greatest(coalesce(open.count, 0) - w.slots, 0), 0))::int AS "idleExpress"
    FROM workers w CROSS JOIN unnest(w.pools) AS pool
      LEFT JOIN (SELECT worker_id, count(*) FROM attempts WHERE outcome IS NULL GROUP BY worker_id) open ON open.worker_id = w.id
    WHERE w.last_seen_at > ${aliveSince(now)} AND NOT w.is_stopping
      AND (${link}::text IS NULL OR w.link::text = ${link})
    GROUP BY pool`;
  return new Map(rows.map(({ pool, ...slots }) => [pool, slots]));
}
