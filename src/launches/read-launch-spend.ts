import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { Pool } from "../../prisma/generated/enums.ts";
import { requireScope, type Viewer } from "../auth/index.ts";
import type { Budgets } from "../costs/index.ts";
import { readEndedMicros } from "./read-launches.ts";

interface Deps {
  db: PrismaClient;
  clock: () => Date;
  budgets?: Budgets | undefined;
}

/** What rented machines cost now, in micro-USD. */
export interface LaunchSpend {
  /** Of an hour of the machines that run now. */
  hourlyMicros: number;
  /** Since the full hour, by UTC: machines that ended, and the time of those that run. */
  hourMicros: number;
  /** Against the limit: machines that ended in this hour, and a whole hour of each open launch. */
  heldMicros: number;
  /** `BUDGET_HOUR`; null: none. */
  limitMicros: number | null;
}

/** Of the installation. Throws `ForbiddenError` without OPERATOR. */
export async function readLaunchSpend({ db, clock, budgets }: Deps, viewer: Viewer): Promise<LaunchSpend> {
  requireScope(viewer, "OPERATOR");
  const now = clock();
  const [open] = await db.$queryRaw<[{ hourly: number; hour: number; held: number }]>`
    SELECT coalesce(sum(second_pico * 3600 / 1000000) FILTER (WHERE accepted_at IS NOT NULL), 0)::float8 AS hourly,
      coalesce(sum(second_pico * greatest(0, extract(epoch FROM ${now}::timestamptz
        - greatest(accepted_at, date_trunc('hour', ${now}::timestamptz, 'UTC')))) / 1000000), 0)::float8 AS hour,
      coalesce(sum(second_pico * 3600 / 1000000), 0)::float8 AS held
    FROM launches WHERE status IN ('PLANNED', 'STARTING', 'RUNNING')`;
  const ended = await readEndedMicros(db, now);
  return {
    hourlyMicros: Math.round(open.hourly),
    hourMicros: Math.round(ended + open.hour),
    heldMicros: Math.round(ended + open.held),
    limitMicros: budgets?.hourMicros ?? null,
  };
}

/** Why a pool that wants more workers has too few. */
export interface PoolWait {
  pool: Pool;
  /** A sentence. */
  reason: string;
  /** No machine is starting, and no target can start one. */
  isStuck: boolean;
}

const FRESH_MS = 60_000;

/** Of each pool that wants more workers. Throws `ForbiddenError` without OPERATOR. */
export async function readPoolWaits({ db, clock }: Deps, viewer: Viewer): Promise<PoolWait[]> {
  requireScope(viewer, "OPERATOR");
  const at = { gt: new Date(clock().getTime() - FRESH_MS) };
  return await db.launchWait.findMany({ where: { at }, orderBy: { pool: "asc" } });
}
