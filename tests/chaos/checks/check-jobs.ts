import type { Client } from "pg";
import type { LoadResult } from "../load/submitter.ts";
import { rowId } from "../row-id.ts";
import { all, type Figure, info, none } from "./figure.ts";

/** Checks that every accepted job ended exactly once, through allowed states. */
export async function checkJobs(db: Client, load: LoadResult): Promise<Figure[]> {
  const texts = async (sql: string): Promise<string[]> => {
    const { rows } = await db.query<{ text: string }>(sql);
    return rows.map(({ text }) => text);
  };
  const { rows: statuses } = await db.query<{ status: string; count: string }>(
    "SELECT status::text, count(*) FROM jobs GROUP BY 1 ORDER BY 1",
  );
  const count = (wanted: (status: string) => boolean) =>
    statuses
      .filter(({ status }) => wanted(status))
      .reduce((total, { count: number }) => total + Number(number), 0);
  const ids = new Set(await texts("SELECT id::text AS text FROM videos"));
  const missing = load.accepted.filter(({ videoId }) => !ids.has(rowId(videoId))).map(({ key }) => key);
  const doubles = await texts(
    "SELECT title || ': ' || count(*) || ' videos' AS text FROM videos GROUP BY title HAVING count(*) > 1",
  );
  const twoJobs = await texts(
    `SELECT video_id::text AS text FROM jobs WHERE retry_of_id IS NULL GROUP BY 1 HAVING count(*) > 1`,
  );
  const twiceDone = await texts(
    `SELECT 'task ' || task_id AS text FROM attempts WHERE outcome = 'COMPLETED' GROUP BY task_id HAVING count(*) > 1`,
  );
  const failures = await texts(
    `SELECT v.title || ': ' || (j.error->>'code') || ', attempts ' || coalesce((
       SELECT string_agg(a.outcome || coalesce(' ' || (a.error->>'code'), ''), ', ' ORDER BY a.number)
       FROM attempts a JOIN tasks t ON t.id = a.task_id WHERE t.job_id = j.id), 'none') AS text
     FROM jobs j JOIN videos v ON v.id = j.video_id WHERE j.status = 'FAILED'`,
  );
  const unfinished = await texts(
    `SELECT v.title || ' ' || j.status || ' job ' || j.id AS text FROM jobs j JOIN videos v ON v.id = j.video_id
     WHERE j.status NOT IN ('SUCCEEDED', 'FAILED', 'CANCELED')`,
  );
  const jobs = count(() => true);
  return [
    info("videos accepted", load.accepted.length),
    info("jobs accepted (retries included)", jobs),
    all("jobs that reached a terminal state", jobs - unfinished.length, jobs, unfinished),
    info(
      "of these succeeded",
      count((status) => status === "SUCCEEDED"),
    ),
    info(
      "of these failed",
      count((status) => status === "FAILED"),
      failures,
    ),
    info(
      "of these canceled",
      count((status) => status === "CANCELED"),
    ),
    none("accepted videos that are missing", missing),
    none("videos without an answered request", [
      ...Array.from({ length: Math.max(0, ids.size - load.accepted.length) }, () => "a video"),
    ]),
    none("jobs that took effect twice", [...load.ambiguousKeys, ...doubles, ...twoJobs, ...twiceDone]),
    none("valid requests that were refused", load.refused),
  ];
}
