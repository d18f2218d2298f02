import type { Db } from "../database/index.ts";
import type { OfferGroup } from "./match.ts";

/** The newest completed attempts that count, */
const SAMPLES = 500;
/** and how many of a kind are enough. */
const LEAST_SAMPLES = 5;

/**
 * How long nine of ten recent tasks of each kind (`Task.kind`) took, in milliseconds. Empty if no live
 * worker's machine has a known end, because nothing depends on it. A kind of which few have ended is missing.
 */
export async function readExpectedMs(
  db: Db,
  offers: readonly OfferGroup[],
): Promise<ReadonlyMap<string, number>> {
  if (offers.every(({ remainingMs }) => remainingMs === undefined)) return new Map();
  const rows = await db.$queryRaw<Array<{ kind: string; expectedMs: number }>>`
    SELECT t.kind, (percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM a.ended_at - a.started_at)) * 1000)::float8 AS "expectedMs"
    FROM (SELECT task_id, started_at, ended_at FROM attempts WHERE outcome = 'COMPLETED' ORDER BY ended_at DESC LIMIT ${SAMPLES}) a
      JOIN tasks t ON t.id = a.task_id
    GROUP BY t.kind HAVING count(*) >= ${LEAST_SAMPLES}`;
  return new Map(rows.map(({ kind, expectedMs }) => [kind, Math.round(expectedMs)]));
}
