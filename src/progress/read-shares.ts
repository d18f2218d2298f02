import { type Db, firstVideoTasks } from "../database/index.ts";
import type { Share } from "./sum-progress.ts";

/** Stored progress of a variant from an open attempt, or from all tasks of the job without one. */
export interface KeptShare extends Share {
  jobId: string;
  /** The variant's name. */
  name: string;
  /** Null: finished and waiting tasks. */
  attemptId: string | null;
}

/**
 * Progress of split jobs' tasks for variants that are not settled; empty for other jobs. One statement, so
 * that a task that ends in the meantime is counted exactly once. Tasks without an open attempt are summed
 * here: a long video has hundreds of tasks, of which only a few run.
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
      JOIN tasks t ON t.job_id = j.id AND (t.kind = 'CHUNK' OR t.kind = ANY (${[...firstVideoTasks]}))
      CROSS JOIN LATERAL (SELECT coalesce((t.params->>'startMs')::int, 0) AS start_ms, (t.params->>'endMs')::int AS end_ms,
        t.params->'renditions' AS renditions) part
      LEFT JOIN attempts a ON a.task_id = t.id AND a.outcome IS NULL
      JOIN variants v ON v.video_id = j.video_id AND v.status IN ('PENDING', 'RENDERING')
        AND (coalesce(jsonb_array_length(part.renditions), 0) = 0 OR jsonb_exists(part.renditions, v.name))
      CROSS JOIN LATERAL (SELECT greatest(0, least(o.duration_ms, CASE
        WHEN part.end_ms IS NOT NULL THEN part.end_ms
        -- The first task makes the head, and the whole of what the others do not make, such as a copied source.
        WHEN NOT t.is_rest AND EXISTS (
          SELECT FROM jsonb_array_elements(j.plan->'groups') made WHERE jsonb_exists(made, v.name)) THEN (j.plan->>'headEndMs')::int
        ELSE o.duration_ms END) - part.start_ms) AS ms) span
      CROSS JOIN LATERAL (SELECT t.progress->v.name AS kept, coalesce((t.progress->v.name->>'fraction')::float8, 0) AS fraction) kept
      -- The last figures of a task that is done may be lost: then there are as many more as there was more of it to do.
      CROSS JOIN LATERAL (SELECT kept.*, CASE WHEN t.status = 'SUCCEEDED' AND kept.fraction > 0 THEN kept.fraction ELSE 1 END AS of) told
    WHERE j.id = ANY (${[...jobIds]}::uuid[]) AND j.plan IS NOT NULL
    GROUP BY j.id, v.name, a.id`;
