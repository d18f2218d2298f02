import { LRUCache } from "lru-cache";
import { readShares, sumProgress } from "../progress/index.ts";
import type { ProjectorDeps } from "./deps.ts";

/** Minimum milliseconds between writes of a video's variants, regardless of the number of workers. */
const SUMMED_EVERY_MS = 1_000;

const lastSummed = new WeakMap<ProjectorDeps, LRUCache<string, number>>();

/** Whether a video's sums are due. Assumes that the caller then writes them. */
export function sumsAreDue(deps: ProjectorDeps, videoId: string): boolean {
  let summed = lastSummed.get(deps);
  if (summed === undefined) lastSummed.set(deps, (summed = new LRUCache({ max: 10_000 })));
  const nowMs = deps.clock().getTime();
  if (nowMs - (summed.get(videoId) ?? 0) < SUMMED_EVERY_MS) return false;
  summed.set(videoId, nowMs);
  return true;
}

/**
 * Stores the summed progress of a split job's tasks in its variants. Skips locked rows until the next time,
 * so no deadlock with another transaction can occur. Concurrent runs agree, since progress never decreases.
 */
export async function persistSums(
  { db }: ProjectorDeps,
  job: { jobId: string; videoId: string },
): Promise<void> {
  const video = await db.video.findUnique({ where: { id: job.videoId }, select: { durationMs: true } });
  if (!video?.durationMs) return;
  const shares = Map.groupBy(await readShares(db, [job.jobId]), ({ name }) => name);
  if (shares.size === 0) return;
  const { durationMs } = video;
  const names = [...shares.keys()];
  const sums = names.map((name) => sumProgress(shares.get(name) ?? [], durationMs));
  await db.$executeRaw`
    WITH free AS (
      SELECT v.id, v.name FROM variants v
      WHERE v.video_id = ${job.videoId}::uuid AND v.status IN ('PENDING', 'RENDERING')
        -- Another job may have begun since the shares were read, from nothing.
        AND EXISTS (SELECT FROM jobs j WHERE j.id = ${job.jobId}::uuid AND j.status IN ('QUEUED', 'RUNNING'))
      FOR NO KEY UPDATE OF v SKIP LOCKED
    )
    UPDATE variants v SET fraction = greatest(v.fraction, told.fraction), frames = greatest(v.frames, told.frames),
      size_bytes = greatest(v.size_bytes, told.size_bytes), fps = told.fps, speed = told.speed, eta_ms = told.eta_ms
    FROM free JOIN unnest(
      ${names}::text[], ${sums.map(({ fraction }) => fraction)}::float8[], ${sums.map(({ frames }) => frames)}::int[],
      ${sums.map(({ sizeBytes }) => sizeBytes)}::int8[], ${sums.map(({ fps }) => fps)}::float8[],
      ${sums.map(({ speed }) => speed)}::float8[], ${sums.map(({ etaMs }) => etaMs)}::int[]
    ) AS told(name, fraction, frames, size_bytes, fps, speed, eta_ms) ON told.name = free.name
    WHERE v.id = free.id`;
}
