import { createHash } from "node:crypto";
import {
  type DrawingProgress,
  type DrawingStep,
  isSettled,
  MAX_PASSED_STEPS,
  type TaskProgressed,
} from "@reelay/contracts";
import type { Position } from "./cursor.ts";
import type { LiveVariant, VideoSnapshot } from "./live-progress.ts";
import type { LoadedVideo } from "./loaded-video.ts";
import { furthestOf, type HeardAttempt, sumOf } from "./overlay-variant.ts";
import { laterStep, parseStep, type ShownStep } from "./step.ts";

interface VideoProgress {
  /** Least recently reported first. */
  attempts: Map<string, HeardAttempt>;
  jobId: string | null;
  /** Attempts that hold a lease, once read from the database. Others that still report have lost theirs. */
  holders: ReadonlySet<string> | undefined;
  peaks: Peaks;
  /** Last shown values of variants that several attempts report; null if one attempt reports all. */
  shown: ReadonlyMap<string, LiveVariant> | null;
  /** The last shown step; it stays after its attempt has ended. */
  step: ShownStep | null;
  touchedAt: number;
}

/**
 * Maximum number of attempts per video: those that may run at the same time, and a few that have not been
 * read from the database yet.
 */
const ATTEMPTS_PER_VIDEO = 1_024;
/** Average number over all videos; most have one attempt. */
const ATTEMPTS_ON_AVERAGE = 4;

/** Reported progress that is not in the database: bounded, in memory, lost with the process. */
export interface ProgressTable {
  /**
   * Records a report. `OLD`: it is not newer than the attempt's previous one. `STEP`: the attempt has begun
   * another step.
   */
  hear(report: TaskProgressed): "OLD" | "PROGRESS" | "STEP";
  /**
   * A loaded video, overlaid with the progress of its lease holders. No value decreases within a job.
   * `passed`: steps before the snapshot's that no earlier overlay has shown.
   */
  overlay(video: LoadedVideo): {
    snapshot: Omit<VideoSnapshot, "cursor">;
    position: Position;
    passed: ShownStep[];
  };
  variant(videoId: string, attemptId: string, name: string): LiveVariant | undefined;
  step(videoId: string, attemptId: string): DrawingStep | undefined;
  /** The attempt that reported last, for a video without viewers here. */
  newest(videoId: string): { attempt: string; sequence: number } | undefined;
  /** Drops entries without a report since `before`, except for watched videos. */
  evict(before: number): void;
  readonly size: number;
}

export function createProgressTable(options: {
  maxVideos: number;
  now: () => number;
  isWatched: (videoId: string) => boolean;
}): ProgressTable {
  const { maxVideos, now, isWatched } = options;
  /** Least recently touched first. */
  const videos = new Map<string, VideoProgress>();
  let attemptCount = 0;

  function touch(videoId: string): VideoProgress {
    const entry: VideoProgress = videos.get(videoId) ?? {
      attempts: new Map(),
      jobId: null,
      holders: undefined,
      peaks: new Map(),
      shown: null,
      step: null,
      touchedAt: 0,
    };
    entry.touchedAt = now();
    videos.delete(videoId);
    videos.set(videoId, entry);
    if (videos.size > maxVideos) evictOne(videoId);
    return entry;
  }

  function evictOne(butNot: string) {
    for (const videoId of videos.keys()) {
      if (videoId === butNot || isWatched(videoId)) continue;
      remove(videoId);
      return;
    }
  }

  function remove(videoId: string) {
    attemptCount -= videos.get(videoId)?.attempts.size ?? 0;
    videos.delete(videoId);
  }

  function forget({ attempts }: VideoProgress, attemptId: string | undefined) {
    if (attemptId !== undefined && attempts.delete(attemptId)) attemptCount -= 1;
  }

  return {
    hear(report) {
      const entry = touch(report.videoId);
      const { attempts } = entry;
      const known = attempts.get(report.attemptId);
      if (known !== undefined && report.sequence <= known.sequence) return "OLD";
      const { jobId, taskId } = report;
      const { span, variants = [], step, passed = [] } = (report.detail ?? {}) as Partial<DrawingProgress>;
      const heard = known ?? newAttempt({ jobId, taskId, span });
      const before = heard.step;
      heard.sequence = report.sequence;
      heard.span = span;
      for (const told of [...passed, ...(step === undefined ? [] : [step])]) {
        const ended = heard.step;
        heard.step = laterStep(ended, told);
        if (ended === undefined || ended.index === heard.step.index) continue;
        if (!isWatched(report.videoId) || hasShown(entry, report.attemptId, ended)) continue;
        heard.passed.push(ended);
        if (heard.passed.length > MAX_PASSED_STEPS) heard.passed.shift();
      }
      for (const variant of variants) heard.variants.set(variant.name, variant);
      forget(entry, report.attemptId);
      attempts.set(report.attemptId, heard);
      attemptCount += 1;
      if (attempts.size > ATTEMPTS_PER_VIDEO) forget(entry, attempts.keys().next().value);
      if (attemptCount > ATTEMPTS_ON_AVERAGE * maxVideos) evictOne(report.videoId);
      return heard.step?.index === before?.index ? "PROGRESS" : "STEP";
    },

    overlay({ row, jobId, holders, shares }) {
      const entry = touch(row.id);
      if (entry.jobId !== jobId) {
        entry.jobId = jobId;
        entry.peaks = new Map();
        entry.step = null;
      }
      const now = new Set(holders.map(({ id }) => id));
      for (const id of entry.holders ?? []) if (!now.has(id)) forget(entry, id);
      entry.holders = now;
      const { attempts, peaks } = entry;
      const heard = holders.flatMap(({ id }) => attempts.get(id) ?? []);
      const byName = shares && Map.groupBy(shares, ({ name }) => name);
      const variants = row.variants.map((variant) => {
        const live = isSettled(variant.status)
          ? undefined
          : byName === null
            ? furthestOf(heard, variant.name, row.durationMs)
            : sumOf(byName.get(variant.name), attempts, row.durationMs);
        return raise(peaks, live === undefined ? variant : { ...variant, ...live });
      });
      const isOne = byName === null && heard.every(({ span }) => span === undefined);
      entry.shown = isOne ? null : new Map(variants.map((variant) => [variant.name, liveOf(variant)]));
      entry.step = (jobId === null ? undefined : stepOf(jobId, holders, attempts)) ?? entry.step;
      const { step } = entry;
      const passed = jobId === null ? [] : takePassed(jobId, holders, attempts);
      const position = positionOf(row.revision, holders, attempts);
      return { snapshot: { ...row, variants, step }, position, passed };
    },

    variant(videoId, attemptId, name) {
      const entry = videos.get(videoId);
      if (entry === undefined) return undefined;
      if (entry.shown !== null && isWatched(videoId)) return entry.shown.get(name);
      if (isWatched(videoId) && entry.holders?.has(attemptId) === false) return undefined;
      const heard = entry.attempts.get(attemptId);
      // Progress of a part; the row includes the other parts.
      if (heard === undefined || isOneOfSeveral(heard, entry)) return undefined;
      const live = furthestOf([heard], name, null);
      const peak = entry.jobId === heard.jobId ? entry.peaks.get(name) : undefined;
      return live === undefined || peak === undefined ? live : atLeast(live, peak);
    },

    step: (videoId, attemptId) => videos.get(videoId)?.attempts.get(attemptId)?.step,

    newest(videoId) {
      const last = [...(videos.get(videoId)?.attempts ?? [])].at(-1);
      return last && { attempt: shortName(last[0]), sequence: last[1].sequence };
    },

    evict(before) {
      for (const [videoId, entry] of videos) {
        if (entry.touchedAt < before && !isWatched(videoId)) remove(videoId);
      }
    },

    get size() {
      return videos.size;
    },
  };
}

/**
 * Whether an attempt reports only a part of its variants: by its own report, or because other attempts of the
 * job run other tasks.
 */
const isOneOfSeveral = ({ span, jobId, taskId }: HeardAttempt, { attempts }: VideoProgress): boolean =>
  span !== undefined || attempts.values().some((other) => other.jobId === jobId && other.taskId !== taskId);

const newAttempt = (of: Pick<HeardAttempt, "jobId" | "taskId" | "span">): HeardAttempt => ({
  ...of,
  sequence: 0,
  variants: new Map(),
  step: undefined,
  passed: [],
});

/** Whether viewers have been shown this step or a later one of the attempt. */
const hasShown = ({ step: shown }: VideoProgress, attemptId: string, { index }: DrawingStep): boolean =>
  shown !== null && shown.attemptId === attemptId && shown.step.index >= index;

/** The step of the attempt that draws. Undefined: none has reported one. */
function stepOf(
  jobId: string,
  holders: LoadedVideo["holders"],
  heard: ReadonlyMap<string, HeardAttempt>,
): ShownStep | undefined {
  const steps = holders.flatMap(({ id: attemptId, step: json }) => {
    const kept = parseStep(json);
    const told = heard.get(attemptId)?.step;
    const step = told === undefined ? kept : laterStep(kept, told);
    return step === undefined ? [] : [{ jobId, attemptId, step }];
  });
  return steps.at(-1);
}

/** Earlier steps of the lease holders, each once. */
const takePassed = (
  jobId: string,
  holders: LoadedVideo["holders"],
  heard: ReadonlyMap<string, HeardAttempt>,
): ShownStep[] =>
  holders.flatMap(({ id: attemptId }) => {
    const steps = heard.get(attemptId)?.passed.splice(0) ?? [];
    return steps.map((step) => ({ jobId, attemptId, step }));
  });

const liveOf = ({ fraction, frames, fps, speed, etaMs, sizeBytes }: LiveVariant): LiveVariant => ({
  fraction,
  frames,
  fps,
  speed,
  etaMs,
  sizeBytes,
});

type Furthest = Pick<LiveVariant, "fraction" | "frames" | "sizeBytes">;

/**
 * The highest shown progress per variant of one job, so that an attempt that starts over does not reduce it.
 */
type Peaks = Map<string, Furthest>;

const atLeast = <V extends Furthest>(variant: V, peak: Furthest): V => ({
  ...variant,
  fraction: Math.max(variant.fraction, peak.fraction),
  frames: Math.max(variant.frames, peak.frames),
  sizeBytes: variant.sizeBytes > peak.sizeBytes ? variant.sizeBytes : peak.sizeBytes,
});

/**
 * Raises a variant to the highest shown progress, and records that. A READY variant has exact frames and
 * bytes.
 */
function raise<V extends VideoSnapshot["variants"][number]>(peaks: Peaks, variant: V): V {
  const peak = peaks.get(variant.name);
  const raised = peak === undefined ? variant : atLeast(variant, peak);
  const { fraction, frames, sizeBytes } = raised;
  peaks.set(variant.name, { fraction, frames, sizeBytes });
  return variant.status === "READY" ? { ...variant, fraction } : raised;
}

const shortName = (attemptId: string): string => attemptId.replaceAll("-", "").slice(-8);

/**
 * A video's position, from the attempts that hold its leases. Each task has one open attempt. The sum of
 * their sequences grows with every report, and the revision whenever an attempt starts or ends. Pure.
 */
function positionOf(
  revision: number,
  holders: LoadedVideo["holders"],
  heard: ReadonlyMap<string, { sequence: number }>,
): Position {
  const sequence = holders
    .map(({ id, progressSequence }) => Math.max(progressSequence, heard.get(id)?.sequence ?? 0))
    .reduce((sum, each) => sum + each, 0);
  return { revision, attempt: nameOf(holders.map(({ id }) => id)), sequence };
}

/** The name of one attempt, or an equally short name of many that does not depend on their order. */
function nameOf(attemptIds: readonly string[]): string {
  if (attemptIds.length < 2) return attemptIds.map(shortName).join("");
  return createHash("sha256").update(attemptIds.toSorted().join()).digest("hex").slice(0, 16);
}
