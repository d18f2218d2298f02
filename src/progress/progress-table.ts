import { createHash } from "node:crypto";
import { isSettled, type TaskProgressed, type VariantsProgress } from "@reelay/contracts";
import type { Position } from "./cursor.ts";
import type { LiveVariant, VideoSnapshot } from "./live-progress.ts";
import type { LoadedVideo } from "./loaded-video.ts";
import { furthestOf, type HeardAttempt, sumOf } from "./overlay-variant.ts";

interface VideoProgress {
  /** Least recently heard first. */
  attempts: Map<string, HeardAttempt>;
  jobId: string | null;
  /** Who may speak, once the database was asked: others that still do have lost their lease. */
  holders: ReadonlySet<string> | undefined;
  peaks: Peaks;
  /** What was last shown of variants of which no attempt says it all; null where one does. */
  shown: ReadonlyMap<string, LiveVariant> | null;
  touchedAt: number;
}

/**
 * Attempts remembered per video: as many as may work at it at once, and a few that the database may not have
 * told about yet.
 */
const attemptsPerVideo = 1_024;
/** On average over all videos: most are made by one attempt. */
const attemptsOnAverage = 4;

/** Progress that was heard and has not touched the database: bounded, in memory, lost with the process. */
export interface ProgressTable {
  /**
   * Records a report; false when it says nothing new (older than, or equal to, what this attempt said
   * before).
   */
  hear(report: TaskProgressed): boolean;
  /**
   * A loaded video with the progress of its lease holders laid over it; nothing is less than it was for the
   * same job.
   */
  overlay(video: LoadedVideo): { snapshot: Omit<VideoSnapshot, "cursor">; position: Position };
  variant(videoId: string, attemptId: string, name: string): LiveVariant | undefined;
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
      if (known !== undefined && report.sequence <= known.sequence) return false;
      const { jobId, taskId } = report;
      const { span, variants = [] } = (report.detail ?? {}) as Partial<VariantsProgress>;
      const heard = known ?? { jobId, taskId, span, sequence: 0, variants: new Map() };
      heard.sequence = report.sequence;
      heard.span = span;
      for (const variant of variants) heard.variants.set(variant.name, variant);
      forget(entry, report.attemptId);
      attempts.set(report.attemptId, heard);
      attemptCount += 1;
      if (attempts.size > attemptsPerVideo) forget(entry, attempts.keys().next().value);
      if (attemptCount > attemptsOnAverage * maxVideos) evictOne(report.videoId);
      return true;
    },

    overlay({ row, jobId, holders, shares }) {
      const entry = touch(row.id);
      if (entry.jobId !== jobId) {
        entry.jobId = jobId;
        entry.peaks = new Map();
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
      return { snapshot: { ...row, variants }, position: positionOf(row.revision, holders, attempts) };
    },

    variant(videoId, attemptId, name) {
      const entry = videos.get(videoId);
      if (entry === undefined) return undefined;
      if (entry.shown !== null && isWatched(videoId)) return entry.shown.get(name);
      if (isWatched(videoId) && entry.holders?.has(attemptId) === false) return undefined;
      const heard = entry.attempts.get(attemptId);
      // Of a part of a video; its row knows the others.
      if (heard === undefined || isOneOfSeveral(heard, entry)) return undefined;
      const live = furthestOf([heard], name, null);
      const peak = entry.jobId === heard.jobId ? entry.peaks.get(name) : undefined;
      return live === undefined || peak === undefined ? live : atLeast(live, peak);
    },

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
 * Whether an attempt speaks of a part of its variants only; it says so itself, or others of the job are at
 * other tasks.
 */
const isOneOfSeveral = ({ span, jobId, taskId }: HeardAttempt, { attempts }: VideoProgress): boolean =>
  span !== undefined || attempts.values().some((other) => other.jobId === jobId && other.taskId !== taskId);

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
 * The furthest that viewers were shown, per variant of one job: an attempt that starts over takes nothing
 * back.
 */
type Peaks = Map<string, Furthest>;

const atLeast = <V extends Furthest>(variant: V, peak: Furthest): V => ({
  ...variant,
  fraction: Math.max(variant.fraction, peak.fraction),
  frames: Math.max(variant.frames, peak.frames),
  sizeBytes: variant.sizeBytes > peak.sizeBytes ? variant.sizeBytes : peak.sizeBytes,
});

/**
 * Lifts a variant to the furthest that was shown, and remembers. What is READY is the truth about frames and
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
 * Where a video stands, by the attempts that hold its leases. There is one open attempt per task: with
 * several, the sum of their sequences grows with each of them, and whenever one begins or ends the revision
 * grows. Pure.
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

/**
 * One attempt goes by its own name, hundreds by one that is no longer, and the same in whatever order they
 * are read.
 */
function nameOf(attemptIds: readonly string[]): string {
  if (attemptIds.length < 2) return attemptIds.map(shortName).join("");
  return createHash("sha256").update(attemptIds.toSorted().join()).digest("hex").slice(0, 16);
}
