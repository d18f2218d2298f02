import type { RenderProgressed } from "@reelay/contracts";
import { leaseFrom, type ProjectorDeps } from "./deps.ts";

/** Progress goes to viewers past the database; here only enough is kept for those who come later. */
const keptEveryMs = 2_000;
const lastKept = new WeakMap<ProjectorDeps, Map<string, number>>();

/** Renews the lease, and lays down the newest figures every 2 s. What does not hold the lease changes nothing. */
export async function applyProgress(deps: ProjectorDeps, report: RenderProgressed): Promise<void> {
  const now = deps.clock();
  if (!isDue(deps, report.attemptId, now.getTime())) return;
  const { count } = await deps.db.attempt.updateMany({
    where: { id: report.attemptId, outcome: null, progressSequence: { lt: report.sequence } },
    data: { progressSequence: report.sequence, leaseUntil: leaseFrom(now) },
  });
  if (count === 0) return;
  for (const { name, fraction, fps, speed, etaMs, frames, sizeBytes } of report.variants) {
    await deps.db.$executeRaw`
      UPDATE variants SET fraction = greatest(fraction, ${fraction}), frames = greatest(frames, ${frames}),
        size_bytes = greatest(size_bytes, ${BigInt(sizeBytes)}), fps = ${fps}, speed = ${speed},
        eta_ms = ${etaMs === null ? null : Math.min(Math.round(etaMs), 2_147_483_647)}::int
      WHERE video_id = ${report.videoId}::uuid AND name = ${name} AND attempt_id = ${report.attemptId}::uuid AND status = 'RENDERING'`;
  }
}

function isDue(deps: ProjectorDeps, attemptId: string, now: number): boolean {
  let kept = lastKept.get(deps);
  if (kept === undefined) lastKept.set(deps, (kept = new Map()));
  const last = kept.get(attemptId);
  if (last !== undefined && now - last < keptEveryMs) return false;
  kept.delete(attemptId);
  kept.set(attemptId, now);
  // The oldest have ended long ago.
  const oldest = kept.size > 10_000 ? kept.keys().next().value : undefined;
  if (oldest !== undefined) kept.delete(oldest);
  return true;
}
