import { DrawingProgress, type TaskProgressed } from "@reelay/contracts";
import { LRUCache } from "lru-cache";
import { rendersEdition } from "../database/index.ts";
import { leaseFrom } from "../jobs/index.ts";
import { addProgress, ofWholeVideo, TaskProgress } from "../progress/index.ts";
import type { ProjectorDeps } from "./deps.ts";
import { persistSums, sumsAreDue } from "./persist-sums.ts";

/** Viewers receive progress without the database, which stores only enough for viewers that join later. */
const KEPT_EVERY_MS = 2_000;
/**
 * Progress that may be lost if this process and the worker die, since another process would start from the
 * stored value. More than this is stored immediately. It also limits an attempt's writes.
 */
const KEPT_STEP = 0.05;

/**
 * Number of parts rendered at the same time, as assumed by the step. Each part of a long video is so small
 * that the interval above applies first.
 */
const PARTS_AT_ONCE = 8;

interface Kept {
  atMs: number;
  /** Progress of the whole video according to the rows. */
  videoMs: number | null;
  /** The sum of the variants' fractions. */
  fractions: number;
  /** Index of the step. Undefined: none yet. */
  step: number | undefined;
}

const lastKept = new WeakMap<ProjectorDeps, LRUCache<string, Kept>>();

/**
 * Renews the lease. Stores the newest figures every 2 s, and whenever the running tasks have advanced by a
 * twentieth of the video; a step also when it begins. Attempts without the lease change nothing. Every
 * statement locks one row or waits for none, so no deadlock can occur.
 */
export async function applyProgress(deps: ProjectorDeps, reported: TaskProgressed): Promise<void> {
  const now = deps.clock();
  const report = withVariants(reported);
  const due = whatIsDue(deps, report, now.getTime());
  if (due === "NOTHING") return;
  try {
    const held = await renewLease(deps, report, now);
    if (due === "ALL" && held !== undefined) await keep(deps, report, held);
  } catch (error) {
    // Nothing was stored: the next report is stored in any case, since viewers have seen this one.
    lastKept.get(deps)?.delete(report.attemptId);
    throw error;
  }
}

/** A report with the detail of kinds that produce variants. Others have none: their lease is renewed. */
type Progress = TaskProgressed & DrawingProgress;

const withVariants = (report: TaskProgressed): Progress => ({
  ...report,
  ...DrawingProgress.catch({ variants: [] }).parse(report.detail),
});

async function keep(deps: ProjectorDeps, report: Progress, held: HeldTask): Promise<void> {
  const kept = lastKept.get(deps)?.get(report.attemptId);
  if (kept !== undefined) kept.videoMs = held.videoMs;
  // A head reports itself before the job is split.
  const isEdition = rendersEdition(held.kind);
  if (held.isSplit || report.span || isEdition) await keepTask(deps, report, held);
  // The video's variants are those of the published edition.
  if (isEdition) return;
  if (!held.isSplit) await keepVariants(deps, report, held);
  else if (sumsAreDue(deps, report.videoId)) await persistSums(deps, report);
}

interface HeldTask {
  /** `Task.progress`. */
  progress: unknown;
  /** Of the job. */
  kind: string;
  /** The job has several tasks, whose progress is summed. */
  isSplit: boolean;
  videoMs: number | null;
}

/** Undefined: it does not hold the lease, or has sent a newer report. */
async function renewLease(
  { db }: ProjectorDeps,
  { attemptId, sequence, step }: Progress,
  now: Date,
): Promise<HeldTask | undefined> {
  const told = step === undefined ? null : JSON.stringify(step);
  const [held] = await db.$queryRaw<HeldTask[]>`
    UPDATE attempts a SET progress_sequence = ${sequence}, lease_until = ${leaseFrom(now)}, step = coalesce(${told}::jsonb, a.step)
    FROM tasks t JOIN jobs j ON j.id = t.job_id JOIN videos o ON o.id = j.video_id
    WHERE a.id = ${attemptId}::uuid AND a.outcome IS NULL AND a.progress_sequence < ${sequence} AND t.id = a.task_id
    RETURNING t.progress, j.kind, j.plan IS NOT NULL AS "isSplit", o.duration_ms AS "videoMs"`;
  return held;
}

async function keepVariants({ db }: ProjectorDeps, report: Progress, { videoMs }: HeldTask) {
  for (const told of report.variants) {
    const { name } = told;
    const { fraction, frames, sizeBytes, fps, speed, etaMs } = ofWholeVideo(told, report.span, videoMs);
    // A variant is PENDING until its first segments are stored. A short one is nearly done by then.
    await db.$executeRaw`
      UPDATE variants SET fraction = greatest(fraction, ${fraction}), frames = greatest(frames, ${frames}),
        size_bytes = greatest(size_bytes, ${sizeBytes}), fps = ${fps}, speed = ${speed}, eta_ms = ${etaMs}::int
      WHERE video_id = ${report.videoId}::uuid AND name = ${name}
        AND (status = 'PENDING' OR (attempt_id = ${report.attemptId}::uuid AND status = 'RENDERING'))`;
  }
}

/** A newer report was applied in the meantime. */
async function keepTask({ db }: ProjectorDeps, report: Progress, { progress }: HeldTask) {
  const kept = TaskProgress.nullable().catch(null).parse(progress);
  const next = JSON.stringify(addProgress(kept, report.variants));
  await db.$executeRaw`
    UPDATE tasks t SET progress = ${next}::jsonb FROM attempts a
    WHERE a.id = ${report.attemptId}::uuid AND a.outcome IS NULL AND a.progress_sequence = ${report.sequence} AND t.id = a.task_id`;
}

/** `STEP`: no more than the step has to be stored. */
function whatIsDue(deps: ProjectorDeps, report: Progress, nowMs: number): "NOTHING" | "STEP" | "ALL" {
  const { attemptId, variants, span } = report;
  let kept = lastKept.get(deps);
  if (kept === undefined) lastKept.set(deps, (kept = new LRUCache({ max: 10_000 })));
  const last = kept.get(attemptId);
  const fractions = variants.reduce((sum, { fraction }) => sum + fraction, 0);
  const growth = fractions - (last?.fractions ?? 0);
  const videoMs = last?.videoMs ?? null;
  // The sum includes a finished part's last figures.
  const hasGrown =
    growth >= stepOf(report, videoMs) * variants.length ||
    (span && growth > 0 && fractions === variants.length);
  const step = report.step?.index ?? last?.step;
  if (last !== undefined && nowMs - last.atMs < KEPT_EVERY_MS && !hasGrown) {
    if (step === last.step) return "NOTHING";
    last.step = step;
    return "STEP";
  }
  kept.set(attemptId, { atMs: nowMs, fractions, videoMs, step });
  return "ALL";
}

/** Fraction of its own span by which a report may grow before it is stored immediately. */
function stepOf({ span }: Progress, videoMs: number | null): number {
  if (span === undefined || span.endMs === null || videoMs === null) return KEPT_STEP;
  const ofVideo = (PARTS_AT_ONCE * (span.endMs - span.startMs)) / videoMs;
  return ofVideo > 0 ? KEPT_STEP / Math.min(1, ofVideo) : KEPT_STEP;
}
