import { type TaskProgressed, VariantsProgress } from "@reelay/contracts";
import { LRUCache } from "lru-cache";
import { leaseFrom } from "../jobs/lease.ts";
import { ofWholeVideo } from "../progress/of-whole-video.ts";
import { addProgress, TaskProgress } from "../progress/task-progress.ts";
import type { ProjectorDeps } from "./deps.ts";
import { persistSums, sumsAreDue } from "./persist-sums.ts";

/** Progress goes to viewers past the database; here only enough is kept for those who come later. */
const keptEveryMs = 2_000;
/**
 * What may be lost with the processes that showed it: so much more is kept at once, since another process,
 * after this one and the worker have died, would begin from what is kept. It bounds the writes of an attempt,
 * too.
 */
const keptStep = 0.05;

/**
 * Parts of a video that are made at once, as far as the step goes: of a long video each is so little that the
 * time above comes first.
 */
const partsAtOnce = 8;

interface Kept {
  atMs: number;
  /** Of the whole video, as the rows have it. */
  videoMs: number | null;
  /** The sum of the variants' fractions. */
  fractions: number;
}

const lastKept = new WeakMap<ProjectorDeps, LRUCache<string, Kept>>();

/**
 * Renews the lease, and lays down the newest figures every 2 s, and whenever all that run have grown by a
 * twentieth of the video. What does not hold the lease changes nothing. Every statement locks one row, or
 * waits for none, so that no deadlock can occur.
 */
export async function applyProgress(deps: ProjectorDeps, reported: TaskProgressed): Promise<void> {
  const now = deps.clock();
  const report = withVariants(reported);
  if (!isDue(deps, report, now.getTime())) return;
  try {
    await keep(deps, report, now);
  } catch (error) {
    // Nothing was kept: the next report is due whatever it adds, since viewers have seen this one.
    lastKept.get(deps)?.delete(report.attemptId);
    throw error;
  }
}

/** A report with the detail of kinds that produce variants. Others have none: their lease is renewed. */
type Progress = TaskProgressed & VariantsProgress;

const withVariants = (report: TaskProgressed): Progress => ({
  ...report,
  ...VariantsProgress.catch({ variants: [] }).parse(report.detail),
});

async function keep(deps: ProjectorDeps, report: Progress, now: Date): Promise<void> {
  const held = await renewLease(deps, report, now);
  if (held === undefined) return;
  const kept = lastKept.get(deps)?.get(report.attemptId);
  if (kept !== undefined) kept.videoMs = held.videoMs;
  // A head says that it is one before the job is cut.
  if (held.isSplit || report.span) await keepTask(deps, report, held);
  if (!held.isSplit) await keepVariants(deps, report, held);
  else if (sumsAreDue(deps, report.videoId)) await persistSums(deps, report);
}

interface HeldTask {
  /** `Task.progress`. */
  progress: unknown;
  /** The job has several tasks, whose work is added up. */
  isSplit: boolean;
  videoMs: number | null;
}

/** Undefined: it does not hold the lease, or has said something newer. */
async function renewLease(
  { db }: ProjectorDeps,
  { attemptId, sequence }: TaskProgressed,
  now: Date,
): Promise<HeldTask | undefined> {
  const [held] = await db.$queryRaw<HeldTask[]>`
    UPDATE attempts a SET progress_sequence = ${sequence}, lease_until = ${leaseFrom(now)}
    FROM tasks t JOIN jobs j ON j.id = t.job_id JOIN videos o ON o.id = j.video_id
    WHERE a.id = ${attemptId}::uuid AND a.outcome IS NULL AND a.progress_sequence < ${sequence} AND t.id = a.task_id
    RETURNING t.progress, j.plan IS NOT NULL AS "isSplit", o.duration_ms AS "videoMs"`;
  return held;
}

async function keepVariants({ db }: ProjectorDeps, report: Progress, { videoMs }: HeldTask) {
  for (const told of report.variants) {
    const { name } = told;
    const { fraction, frames, sizeBytes, fps, speed, etaMs } = ofWholeVideo(told, report.span, videoMs);
    // A variant is PENDING until its first segments are stored: a short one is nearly done by then.
    await db.$executeRaw`
      UPDATE variants SET fraction = greatest(fraction, ${fraction}), frames = greatest(frames, ${frames}),
        size_bytes = greatest(size_bytes, ${sizeBytes}), fps = ${fps}, speed = ${speed}, eta_ms = ${etaMs}::int
      WHERE video_id = ${report.videoId}::uuid AND name = ${name}
        AND (status = 'PENDING' OR (attempt_id = ${report.attemptId}::uuid AND status = 'RENDERING'))`;
  }
}

/** A newer report that was applied meanwhile has said more. */
async function keepTask({ db }: ProjectorDeps, report: Progress, { progress }: HeldTask) {
  const kept = TaskProgress.nullable().catch(null).parse(progress);
  const next = JSON.stringify(addProgress(kept, report.variants));
  await db.$executeRaw`
    UPDATE tasks t SET progress = ${next}::jsonb FROM attempts a
    WHERE a.id = ${report.attemptId}::uuid AND a.outcome IS NULL AND a.progress_sequence = ${report.sequence} AND t.id = a.task_id`;
}

function isDue(deps: ProjectorDeps, report: Progress, nowMs: number): boolean {
  const { attemptId, variants, span } = report;
  let kept = lastKept.get(deps);
  if (kept === undefined) lastKept.set(deps, (kept = new LRUCache({ max: 10_000 })));
  const last = kept.get(attemptId);
  const fractions = variants.reduce((sum, { fraction }) => sum + fraction, 0);
  const growth = fractions - (last?.fractions ?? 0);
  const videoMs = last?.videoMs ?? null;
  // The last figures of a part are what is added up of it once it is done.
  const hasGrown =
    growth >= stepOf(report, videoMs) * variants.length ||
    (span && growth > 0 && fractions === variants.length);
  if (last !== undefined && nowMs - last.atMs < keptEveryMs && !hasGrown) return false;
  kept.set(attemptId, { atMs: nowMs, fractions, videoMs });
  return true;
}

/** How much of its own span a report may grow before it is kept at once. */
function stepOf({ span }: Progress, videoMs: number | null): number {
  if (span === undefined || span.endMs === null || videoMs === null) return keptStep;
  const ofVideo = (partsAtOnce * (span.endMs - span.startMs)) / videoMs;
  return ofVideo > 0 ? keptStep / Math.min(1, ofVideo) : keptStep;
}
