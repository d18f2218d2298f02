import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { objectKeys } from "@reelay/contracts";
import type { Client } from "pg";
import type { Tools } from "../load/clips.ts";
import type { Accepted } from "../load/submitter.ts";
import { rowId } from "../row-id.ts";
import { all, type Figure, info, none } from "./figure.ts";
import { danglingMasters, foldersIn, lacksOf, mediaPlaylistsOf } from "./playlists.ts";

/** Checks that READY videos play to their last frame and that the store contains no unreferenced objects. */
export async function checkStore(
  db: Client,
  options: { store: string; accepted: readonly Accepted[]; tools: Tools; framesOf: number },
): Promise<Figure[]> {
  const { store, accepted, tools } = options;
  const { rows } = await db.query<{ id: string; variants: number }>(
    `SELECT v.id::text, (SELECT count(*)::int FROM variants WHERE video_id = v.id AND status = 'READY') AS variants
     FROM videos v WHERE v.status = 'READY' ORDER BY v.id`,
  );
  const { rows: joined } = await db.query<{ videos: number }>(
    "SELECT count(DISTINCT video_id)::int AS videos FROM variants WHERE status = 'READY' AND playlist ->> 'key' LIKE '%/variants/%'",
  );
  const missing: string[] = [];
  const wrongFrames: string[] = [];
  let whole = 0;
  for (const [index, { id, variants }] of rows.entries()) {
    const faults = await faultsOf(store, id, variants);
    missing.push(...faults);
    if (faults.length === 0) whole += 1;
    const source = accepted.find(({ videoId }) => rowId(videoId) === id);
    if (source === undefined || faults.length > 0 || index >= options.framesOf) continue;
    const frames = await countFrames(path.join(store, objectKeys.master(id)), tools);
    if (frames !== source.clip.frames) wrongFrames.push(`${id}: ${frames} instead of ${source.clip.frames}`);
  }
  return [
    info("videos with variants joined from parts", joined[0]?.videos ?? 0),
    all("READY videos that play to their end", whole, rows.length, missing),
    none("READY videos whose frame count differs from the source", wrongFrames),
    none("master playlists with missing references", await danglingMasters(store)),
    none("orphan prefixes in the store", await orphansIn(db, store)),
  ];
}

async function faultsOf(store: string, videoId: string, variants: number): Promise<string[]> {
  const master = path.join(store, objectKeys.master(videoId));
  const playlists = await mediaPlaylistsOf(master).catch(() => undefined);
  if (playlists === undefined) return [`${videoId} has no master playlist`];
  const media = playlists.filter((playlist) => !/\/audio(-\d+)?\//.test(playlist)).length;
  const faults = await Promise.all(playlists.map((playlist) => lacksOf(playlist, true)));
  const isShort = media < variants ? [`${videoId}: ${media} of ${variants} variants in its master`] : [];
  return [...faults.flat(), ...isShort];
}

/**
 * Folders of attempts in the store that no row refers to: no playlist, no poster, no part of a joined
 * playlist.
 */
export async function orphansIn(db: Client, store: string): Promise<string[]> {
  const { rows } = await db.query<{ key: string | null }>(
    `SELECT playlist ->> 'key' AS key FROM variants UNION SELECT playlist ->> 'key' FROM audio_tracks
     UNION SELECT key FROM assets
     UNION SELECT NULLIF(init_key, '') FROM parts`,
  );
  const named = rows.flatMap(({ key }) => key ?? []);
  const { rows: attempts } = await db.query<{ id: string; outcome: string | null }>(
    "SELECT id::text, outcome::text FROM attempts",
  );
  const { rows: replaced } = await db.query<{ id: string }>(REPLACED);
  const kept = new Set(replaced.map(({ id }) => id));
  const outcomes = new Map(attempts.map(({ id, outcome }) => [id, outcome ?? "open"]));
  const orphans: string[] = [];
  for (const videoId of await foldersIn(path.join(store, "videos"))) {
    for (const attemptId of await foldersIn(path.join(store, "videos", videoId, "attempts"))) {
      const prefix = objectKeys.attempt(videoId, attemptId);
      const files = await foldersIn(path.join(store, prefix));
      if (files.length === 0 || kept.has(attemptId) || named.some((key) => key.startsWith(prefix))) continue;
      const owner = outcomes.get(attemptId) ?? "unknown to the database";
      orphans.push(`${prefix} (attempt ${owner}): ${files.join(" ")}`);
    }
  }
  return orphans;
}

/** Attempts at editions that viewers in the middle may still play. */
const REPLACED = `
  SELECT a.id::text FROM attempts a JOIN tasks t ON t.id = a.task_id JOIN jobs j ON j.id = t.job_id
  WHERE a.outcome = 'COMPLETED' AND EXISTS (SELECT FROM editions e
    WHERE e.video_id = j.video_id AND e.status = 'REPLACED' AND e.removed_at IS NULL)`;

async function countFrames(master: string, { ffprobePath }: Tools): Promise<number> {
  const { stdout } = await promisify(execFile)(ffprobePath, [
    ...["-v", "error", "-count_frames", "-select_streams", "v:0"],
    ...["-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", master],
  ]);
  return Number.parseInt(stdout, 10);
}
