import type { Db } from "../database/index.ts";

/** What work cost so far, in micro-USD. */
export interface Cost {
  computeMicros: number;
  objectsMicros: number;
  egressMicros: number;
  /** Rented machines before, between and after attempts, as far as they have ended. */
  idleMicros: number;
  /** The part without a result: failed, lost, interrupted or canceled attempts, and `idleMicros`. */
  overheadMicros: number;
  totalMicros: number;
  /** Nothing of it runs any more, nor does a rented machine that did it. */
  isFinal: boolean;
}

interface Row extends Omit<Cost, "totalMicros"> {
  id: string;
}

/**
 * Costs by id of attempts, jobs or videos. An attempt that runs counts with the time since its start; its
 * processor time, objects and egress follow at its end. Ids without priced attempts are absent.
 */
export async function readCosts(
  db: Db,
  { of, ids }: { of: "attempt" | "job" | "video"; ids: readonly string[] },
  now: Date,
): Promise<Map<string, Cost>> {
  const all = [...ids];
  const rows = await db.$queryRaw<Row[]>`
    SELECT id, sum(compute)::float8 AS "computeMicros", sum(objects)::float8 AS "objectsMicros", sum(egress)::float8 AS "egressMicros", sum(idle)::float8 AS "idleMicros",
      (sum(idle) + coalesce(sum(compute + objects + egress) FILTER (WHERE outcome <> 'COMPLETED'), 0))::float8 AS "overheadMicros", bool_and(is_final) AS "isFinal"
    FROM (
      SELECT CASE ${of}::text WHEN 'attempt' THEN a.id WHEN 'job' THEN j.id ELSE j.video_id END AS id, a.outcome,
        CASE WHEN a.outcome IS NULL AND a.rate IS NOT NULL
          THEN floor((a.rate->>'slotSecond')::numeric * greatest(extract(epoch FROM ${now}::timestamptz - a.started_at), 0) / 1e6)
          ELSE coalesce(a.compute_micros, 0) END AS compute,
        coalesce(a.objects_micros, 0) AS objects, coalesce(a.egress_micros, 0) AS egress, coalesce(a.idle_micros, 0) AS idle,
        CASE WHEN ${of}::text = 'attempt' THEN a.outcome IS NOT NULL ELSE j.status IN ('SUCCEEDED', 'FAILED', 'CANCELED') END
          AND NOT EXISTS (SELECT 1 FROM join_tokens jt JOIN launches l ON l.join_token_id = jt.id
            WHERE jt.worker_id = a.worker_id AND l.charged_at IS NULL) AS is_final
      FROM jobs j JOIN tasks t ON t.job_id = j.id JOIN attempts a ON a.task_id = t.id
      WHERE a.rate IS NOT NULL AND (
        (${of}::text = 'attempt' AND a.id = ANY (${all}::uuid[])) OR (${of}::text = 'job' AND j.id = ANY (${all}::uuid[]))
        OR (${of}::text = 'video' AND j.video_id = ANY (${all}::uuid[])))) charged
    GROUP BY id`;
  return new Map(
    rows.map(({ id, ...cost }) => [
      id,
      { ...cost, totalMicros: cost.computeMicros + cost.objectsMicros + cost.egressMicros + cost.idleMicros },
    ]),
  );
}
