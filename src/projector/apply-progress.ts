import type { RenderProgressed } from "@reelay/contracts";
import { leaseFrom, type ProjectorDeps } from "./deps.ts";

/** Progress goes to viewers past the database; here only enough is kept for those who come later. */
const keptEveryMs = 2_000;
/**
 * What may be lost with the processes that showed it: so much more is kept at once, since another process, after this one and the
 * worker have died, would begin from what is kept. It bounds the writes of an attempt, too.
 */
const keptStep = 0.05;

interface Kept {
  atMs: number;
  /** The sum of the variants' fractions. */
  fractions: number;
}

const lastKept = new WeakMap<ProjectorDeps, Map<string, Kept>>();

/**
 * Renews the lease, and lays down the newest figures every 2 s, and whenever they have grown by a twentieth. What does not hold the lease
 * changes nothing.
 */
export async function applyProgress(deps: ProjectorDeps, report: RenderProgressed): Promise<void> {
  const now = deps.clock();
  if (!isDue(deps, report, now.getTime())) return;
  const { count } = await deps.db.attempt.updateMany({
    where: { id: report.attemptId, outcome: null, progressSequence: { lt: report.sequence } },
    data: { progressSequence: report.sequence, leaseUntil: leaseFrom(now) },
  });
  if (count === 0) return;
  for (const { name, fraction, fps, speed, etaMs, frames, sizeBytes } of report.variants) {
    // A variant is PENDING until its first segments are stored: a short one is nearly done by then.
    await deps.db.$executeRaw`
      UPDATE variants SET fraction = greatest(fraction, ${fraction}), frames = greatest(frames, ${frames}),
        size_bytes = greatest(size_bytes, ${BigInt(sizeBytes)}), fps = ${fps}, speed = ${speed},
        eta_ms = ${etaMs === null ? null : Math.min(Math.round(etaMs), 2_147_483_647)}::int
      WHERE video_id = ${report.videoId}::uuid AND name = ${name}
        AND (status = 'PENDING' OR (attempt_id = ${report.attemptId}::uuid AND status = 'RENDERING'))`;
  }
}

function isDue(deps: ProjectorDeps, { attemptId, variants }: RenderProgressed, nowMs: number): boolean {
  let kept = lastKept.get(deps);
  if (kept === undefined) lastKept.set(deps, (kept = new Map()));
  const last = kept.get(attemptId);
  const fractions = variants.reduce((sum, { fraction }) => sum + fraction, 0);
  const hasGrown = fractions - (last?.fractions ?? 0) >= keptStep * variants.length;
  if (last !== undefined && nowMs - last.atMs < keptEveryMs && !hasGrown) return false;
  kept.delete(attemptId);
  kept.set(attemptId, { atMs: nowMs, fractions });
  // The oldest have ended long ago.
  const oldest = kept.size > 10_000 ? kept.keys().next().value : undefined;
  if (oldest !== undefined) kept.delete(oldest);
  return true;
}
