/** The event `budget.reached`: once for each budget, window and limit. */

import type { Db } from "../database/index.ts";
import { recordOperatorEvents, recordWorkspaceEvent, type Tx } from "../events/index.ts";
import { encodeGlobalId } from "../inputs/index.ts";
import type { Period, Refusal } from "./refusal.ts";

const NONE = "00000000-0000-0000-0000-000000000000";
/** Longer than any window. */
const KEPT_MS = 62 * 86_400_000;

/** Beginning of the window of a budget that has one, by UTC. Pure. */
export function windowOf(period: Period, now: Date): Date {
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  switch (period) {
    case "MONTH":
      return new Date(Date.UTC(year, month));
    case "HOUR":
      return new Date(Date.UTC(year, month, day, now.getUTCHours()));
    default:
      return new Date(Date.UTC(year, month, day));
  }
}

/**
 * Records that jobs do not fit into budgets: the first of them for each budget. A budget per job is reached
 * by each job that is too dear, once a day.
 */
export async function recordReached(
  tx: Tx,
  refused: ReadonlyArray<[{ workspaceId: string; jobId: string }, Refusal]>,
  now: Date,
): Promise<void> {
  const firsts = new Map<string, () => Promise<void>>();
  const rows = refused.map(([{ workspaceId, jobId }, { reason: _reason, ...refusal }]) => {
    const { period, limitMicros } = refusal;
    const data = { ...refusal, of: "JOBS", jobId: encodeGlobalId("Job", jobId) };
    const row = {
      ...{ workspaceId, period, since: windowOf(period, now), limitMicros: BigInt(limitMicros) },
      jobId: period === "JOB" ? jobId : NONE,
    };
    const record = () => recordWorkspaceEvent(tx, workspaceId, { type: "budget.reached", data });
    if (!firsts.has(keyOf(row))) firsts.set(keyOf(row), record);
    return row;
  });
  if (rows.length === 0) return;
  for (const row of await tx.reachedBudget.createManyAndReturn({ data: rows, skipDuplicates: true }))
    await firsts.get(keyOf(row))?.();
}

const keyOf = (row: { workspaceId: string; period: string; limitMicros: bigint; jobId: string }): string =>
  [row.workspaceId, row.period, row.limitMicros, row.jobId].join();

/** Records that no machine may be rented in this hour, in the logs of operators. */
export async function recordLaunchesReached(
  tx: Tx,
  figures: Pick<Refusal, "limitMicros" | "spentMicros" | "reservedMicros">,
  now: Date,
): Promise<void> {
  const { limitMicros } = figures;
  const row = { workspaceId: NONE, period: "HOUR", since: windowOf("HOUR", now), limitMicros, jobId: NONE };
  const { count } = await tx.reachedBudget.createMany({ data: row, skipDuplicates: true });
  if (count === 0) return;
  const data = { ...figures, period: "HOUR", of: "LAUNCHES" };
  await recordOperatorEvents(tx, [{ type: "budget.reached", data }]);
}

/** Deletes what concerns windows that have passed. */
export async function forgetReached(db: Db, now: Date): Promise<void> {
  await db.reachedBudget.deleteMany({ where: { since: { lt: new Date(now.getTime() - KEPT_MS) } } });
}
