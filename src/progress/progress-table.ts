import { isSettled, type RenderProgressed, type VariantProgress } from "@reelay/contracts";
import type { Position } from "./cursor.ts";
import type { LiveVariant, VideoSnapshot } from "./live-progress.ts";
import type { LoadedVideo } from "./loaded-video.ts";
import { atLeast, type Peaks, raise } from "./peaks.ts";

/** What one attempt said last. */
interface HeardAttempt {
  jobId: string;
  sequence: number;
  variants: Map<string, VariantProgress>;
}

interface VideoProgress {
  attempts: Map<string, HeardAttempt>;
  jobId: string | null;
  /** Who may speak, once the database was asked: others that still do have lost their lease. */
  holders: ReadonlySet<string> | undefined;
  peaks: Peaks;
  touchedAt: number;
}

/** Attempts remembered per video: the holder, and a few that the database may not have told about yet. */
const attemptsPerVideo = 4;

/** Progress that was heard and has not touched the database: bounded, in memory, lost with the process. */
export interface ProgressTable {
  /** Records a report; false when it says nothing new (older than, or equal to, what this attempt said before). */
  hear(report: RenderProgressed): boolean;
  /** A loaded video with the progress of its lease holders laid over it; nothing is less than it was for the same job. */
  overlay(video: LoadedVideo): { snapshot: Omit<VideoSnapshot, "cursor">; position: Position };
  variant(videoId: string, attemptId: string, name: string): LiveVariant | undefined;
  /** The attempt heard last, for a video that nobody watches here. */
  newest(videoId: string): { attempt: string; sequence: number } | undefined;
  /** Drops what nobody has touched since `before`; videos that are watched stay. */
  evict(before: number): void;
  readonly size: number;
}

const shortName = (attemptId: string) => attemptId.replaceAll("-", "").slice(-8);

export function createProgressTable(options: {
  maxVideos: number;
  now: () => number;
  isWatched: (videoId: string) => boolean;
}): ProgressTable {
  const { maxVideos, now, isWatched } = options;
  /** Least recently touched first. */
  const videos = new Map<string, VideoProgress>();

  function touch(videoId: string): VideoProgress {
    const entry: VideoProgress = videos.get(videoId) ?? {
      attempts: new Map(),
      jobId: null,
      holders: undefined,
      peaks: new Map(),
      touchedAt: 0,
    };
    entry.touchedAt = now();
    videos.delete(videoId);
    videos.set(videoId, entry);
    if (videos.size > maxVideos) evictOne();
    return entry;
  }

  function evictOne() {
    for (const videoId of videos.keys()) {
      if (isWatched(videoId)) continue;
      videos.delete(videoId);
      return;
    }
  }

  return {
    hear(report) {
      const { attempts } = touch(report.videoId);
      const known = attempts.get(report.attemptId);
      if (known !== undefined && report.sequence <= known.sequence) return false;
      const heard = known ?? { jobId: report.jobId, sequence: 0, variants: new Map() };
      heard.sequence = report.sequence;
      for (const variant of report.variants) heard.variants.set(variant.name, variant);
      attempts.delete(report.attemptId);
      attempts.set(report.attemptId, heard);
      if (attempts.size > attemptsPerVideo) attempts.delete(attempts.keys().next().value ?? "");
      return true;
    },

    overlay({ row, jobId, holders }) {
      const entry = touch(row.id);
      if (entry.jobId !== jobId) {
        entry.jobId = jobId;
        entry.peaks = new Map();
      }
      entry.holders = new Set(holders.map(({ id }) => id));
      const heard = holders.flatMap(({ id }) => entry.attempts.get(id) ?? []);
      const variants = row.variants.map((variant) => {
        const live = isSettled(variant.status) ? undefined : newestOf(heard, variant.name);
        return raise(entry.peaks, live === undefined ? variant : { ...variant, ...live });
      });
      return { snapshot: { ...row, variants }, position: positionOf(row.revision, holders, entry) };
    },

    variant(videoId, attemptId, name) {
      const entry = videos.get(videoId);
      if (isWatched(videoId) && entry?.holders?.has(attemptId) === false) return undefined;
      const heard = entry?.attempts.get(attemptId);
      const live = heard === undefined ? undefined : newestOf([heard], name);
      const peak = entry?.jobId === heard?.jobId ? entry?.peaks.get(name) : undefined;
      return live === undefined || peak === undefined ? live : atLeast(live, peak);
    },

    newest(videoId) {
      const last = [...(videos.get(videoId)?.attempts ?? [])].at(-1);
      return last && { attempt: shortName(last[0]), sequence: last[1].sequence };
    },

    evict(before) {
      for (const [videoId, entry] of videos) {
        if (entry.touchedAt < before && !isWatched(videoId)) videos.delete(videoId);
      }
    },

    get size() {
      return videos.size;
    },
  };
}

/** One open attempt per task: with several, the sum of their sequences grows with each of them. */
function positionOf(revision: number, holders: LoadedVideo["holders"], entry: VideoProgress): Position {
  const sequence = holders
    .map(({ id, progressSequence }) => Math.max(progressSequence, entry.attempts.get(id)?.sequence ?? 0))
    .reduce((sum, each) => sum + each, 0);
  return { revision, attempt: holders.map(({ id }) => shortName(id)).join(""), sequence };
}

function newestOf(heard: readonly HeardAttempt[], name: string): LiveVariant | undefined {
  const reported = heard.flatMap(({ variants }) => variants.get(name) ?? []);
  if (reported.length === 0) return undefined;
  const furthest = reported.reduce((best, each) => (each.fraction > best.fraction ? each : best));
  const { fraction, frames, fps, speed, etaMs, sizeBytes } = furthest;
  // The column is an integer, and so is the GraphQL field.
  const wholeEtaMs = etaMs === null ? null : Math.min(Math.round(etaMs), 2 ** 31 - 1);
  return { fraction, frames, fps, speed, etaMs: wholeEtaMs, sizeBytes: BigInt(sizeBytes) };
}
