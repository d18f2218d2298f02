import type { Db } from "../database/db.ts";
import type { Share } from "./sum-progress.ts";

/** Stored progress of a variant from an open attempt, or from all tasks of the job without one. */
export interface KeptShare extends Share {
  jobId: string;
  /** The variant's name. */
  name: string;
  /** Null: of tasks that are done, or that wait. */
  attemptId: string | null;
}

/**
 * What the tasks of jobs that were cut into several make of their variants that are not settled; none for
 * other jobs. One statement, so that no task is counted twice, or not at all, because it ends meanwhile.
 * Tasks without an open attempt are added up here: a long video has hundreds of tasks, and only as many run
 * as there are workers.
 */
export const readShares = (db: Db, jobIds: readonly string[]): Promise<KeptShare[]> =>
  db.$queryRaw<KeptShare[]>`
    SELECT j.id AS "jobId", v.name, a.id AS "attemptId", sum(span.ms)::float8 AS "spanMs",
      sum(span.ms * CASE t.status WHEN 'SUCCEEDED' THEN 1 ELSE told.fraction END)::float8 AS "doneMs",
      coalesce(sum((told.kept->>'frames')::float8 / told.of), 0) AS frames,
      coalesce(sum((told.kept->>'sizeBytes')::float8 / told.of), 0) AS "sizeBytes",
      max((told.kept->>'fps')::float8) FILTER (WHERE a.progress_sequence > 0) AS fps,
      max((told.kept->>'speed')::float8) FILTER (WHERE a.progress_sequence > 0) AS speed
    FROM jobs j
      JOIN videos o ON o.id = j.video_id
      JOIN tasks t ON t.job_id = j.id AND t.kind IN ('RENDER', 'CHUNK')
      LEFT JOIN attempts a ON a.task_id = t.id AND a.outcome IS NULL
      JOIN variants v ON v.video_id = j.video_id AND v.status IN ('PENDING', 'RENDERING')
        AND (t.renditions = '{}' OR v.name = ANY (t.renditions))
      CROSS JOIN LATERAL (SELECT greatest(0, least(o.duration_ms, CASE
        WHEN t.end_ms IS NOT NULL THEN t.end_ms
        -- The first task makes the head, and the whole of what the others do not make, such as a copied source.
        WHEN t.kind = 'RENDER' AND EXISTS (
          SELECT FROM jsonb_array_elements(j.plan->'groups') made WHERE jsonb_exists(made, v.name)) THEN (j.plan->>'headEndMs')::int
        ELSE o.duration_ms END) - t.start_ms) AS ms) span
      CROSS JOIN LATERAL (SELECT t.progress->v.name AS kept, coalesce((t.progress->v.name->>'fraction')::float8, 0) AS fraction) kept
      -- The last figures of a task that is done may be lost: then there are as many more as there was more of it to do.
      CROSS JOIN LATERAL (SELECT kept.*, CASE WHEN t.status = 'SUCCEEDED' AND kept.fraction > 0 THEN kept.fraction ELSE 1 END AS of) told
    WHERE j.id = ANY (${[...jobIds]}::uuid[]) AND j.plan IS NOT NULL
    GROUP BY j.id, v.name, a.id`;
