import type { Client } from "pg";
import { all, type Figure, none } from "./figure.ts";

/** A row that must have become a video. */
export interface ExpectedRow {
  key: string;
  /** Of its video. */
  title: string;
}

/** A finished row and the files that players read for it. */
export interface FinishedRow {
  key: string;
  videoId: string;
  playlists: string;
}

/** READY rows of the only batch. */
export async function readFinished(db: Client): Promise<FinishedRow[]> {
  const { rows } = await db.query<FinishedRow>(
    `SELECT r.key, r.video_id::text AS "videoId", (SELECT coalesce(string_agg(playlist ->> 'key', ' ' ORDER BY name), '')
       FROM variants WHERE video_id = r.video_id) AS playlists
     FROM batch_rows r WHERE r.status = 'READY' ORDER BY r.position`,
  );
  return rows;
}

interface BatchRow {
  key: string;
  status: string;
  videoId: string | null;
  error: string | null;
}

/**
 * Checks that every expected row of the only batch has exactly one video, which shows its present data, that
 * there are no other videos, and that rows which a replacement left as they were kept their files.
 */
export async function checkBatch(
  db: Client,
  { expected, untouched }: { expected: readonly ExpectedRow[]; untouched: readonly FinishedRow[] },
): Promise<Figure[]> {
  const { rows } = await db.query<BatchRow>(
    `SELECT key, status::text, video_id::text AS "videoId", error ->> 'code' AS error FROM batch_rows
     WHERE status NOT IN ('INVALID', 'DUPLICATE') ORDER BY position`,
  );
  const { rows: videos } = await db.query<{ id: string; title: string; status: string }>(
    "SELECT id::text, title, status::text FROM videos",
  );
  const byId = new Map(videos.map((video) => [video.id, video]));
  const faults = expected.flatMap(({ key, title }) => {
    const own = rows.filter((row) => row.key === key);
    const [row] = own;
    if (row === undefined || own.length > 1) return [`row ${key} is there ${own.length} times`];
    const video = row.videoId === null ? undefined : byId.get(row.videoId);
    if (row.status !== "READY" || video?.status !== "READY")
      return [`row ${key} is ${row.status} ${row.error ?? ""}, its video ${video?.status ?? "missing"}`];
    return video.title === title ? [] : [`the video of row ${key} is called ${video.title}`];
  });
  const keys = new Set(expected.map(({ key }) => key));
  const owned = new Set(rows.map(({ videoId }) => videoId));
  const twice = videos.filter(({ id }) => !owned.has(id)).map(({ id, title }) => `${id} (${title})`);
  const finished = new Map((await readFinished(db)).map((row) => [row.key, row]));
  const touched = untouched.flatMap(({ key, videoId, playlists }) => {
    const now = finished.get(key);
    return now?.videoId === videoId && now.playlists === playlists
      ? []
      : [`row ${key}: ${videoId} ${playlists}, now ${now?.videoId} ${now?.playlists}`];
  });
  const { rows: again } = await db.query<{ id: string }>(
    "SELECT task_id::text AS id FROM attempts WHERE outcome = 'COMPLETED' GROUP BY task_id HAVING count(*) > 1",
  );
  return [
    all("valid rows with their READY video", expected.length - faults.length, expected.length, faults),
    none(
      "rows that the table lacks",
      rows.filter(({ key }) => !keys.has(key)).map(({ key }) => key),
    ),
    none("videos without a row: made twice", twice),
    none("finished rows that an equal row touched", touched),
    none(
      "tasks that took effect twice",
      again.map(({ id }) => id),
    ),
  ];
}
