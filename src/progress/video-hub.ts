import { createAfterGate } from "./after-gate.ts";
import { encodeCursor, isNewer, type Position } from "./cursor.ts";
import { createLatestChannel, type LatestChannel } from "./latest-channel.ts";
import type { VideoSnapshot } from "./live-progress.ts";
import type { LoadedVideo } from "./loaded-video.ts";
import type { ProgressTable } from "./progress-table.ts";
import { isSameStep } from "./step.ts";

/**
 * All viewers of one video in this process: one snapshot, kept while anyone watches, and one stream of
 * changes.
 */
export interface VideoHub {
  /** Resolves to the video's workspace after the first load. Null if the video does not exist. */
  readonly loaded: Promise<string | null>;
  /** Receives the video as read from the database. */
  apply(video: LoadedVideo | null): void;
  /** The first load failed: its waiters receive the error. */
  fail(error: unknown): void;
  /** Receives progress, with the time of the worker's report. Another step is passed on at once. */
  tick(madeAt: string, isStep: boolean): void;
  subscribe(after: Position | undefined, signal: AbortSignal): AsyncIterableIterator<VideoSnapshot>;
  /** Position of the newest state known; undefined before the first load. */
  position(): Position | undefined;
  end(): void;
}

export function createVideoHub(options: {
  table: ProgressTable;
  now: () => number;
  /** Progress is passed on at most once in this time; state changes at once. */
  tickIntervalMs: number;
  /** The last subscriber left. */
  onIdle: () => void;
  /** Progress with this report time was sent. */
  onDelivered: (madeAt: string) => void;
}): VideoHub {
  const { table, now, tickIntervalMs, onIdle, onDelivered } = options;
  const first = Promise.withResolvers<string | null>();
  first.promise.catch(() => undefined);
  const subscribers = new Set<{
    channel: LatestChannel<VideoSnapshot>;
    passes: (position: Position) => boolean;
  }>();
  let video: LoadedVideo | undefined;
  let latest: { snapshot: VideoSnapshot; position: Position } | undefined;
  let publishedAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let heard = "";

  function publish({ snapshot, position, passed }: ReturnType<ProgressTable["overlay"]>) {
    clearTimeout(timer);
    timer = undefined;
    latest = { snapshot: { ...snapshot, cursor: encodeCursor(position) }, position };
    publishedAt = now();
    for (const { channel, passes } of subscribers) {
      if (!passes(position)) continue;
      for (const step of passed) channel.push({ ...latest.snapshot, step });
      channel.push(latest.snapshot);
    }
  }

  function end() {
    clearTimeout(timer);
    timer = undefined;
    for (const { channel } of subscribers) channel.end();
  }

  return {
    loaded: first.promise,
    position: () => latest?.position,
    end,
    fail: (error) => first.reject(error),

    apply(next) {
      first.resolve(next?.row.workspaceId ?? null);
      if (next === null) return end();
      if (video !== undefined && next.row.revision < video.row.revision) return;
      const isSame = video !== undefined && fingerprint(video) === fingerprint(next);
      video = next;
      if (!isSame) publish(table.overlay(next));
    },

    tick(madeAt, isStep) {
      heard = madeAt;
      if (video === undefined) return;
      if (isStep) return publishProgress();
      if (timer !== undefined) return;
      const waitMs = publishedAt + tickIntervalMs - now();
      if (waitMs <= 0) publishProgress();
      else timer = setTimeout(publishProgress, waitMs);
    },

    subscribe(after, signal) {
      const passes = createAfterGate(after, now);
      const left = () => {
        signal.removeEventListener("abort", abort);
        subscribers.delete(subscriber);
        if (subscribers.size === 0) onIdle();
      };
      const channel = createLatestChannel<VideoSnapshot>(left, (newer, older) =>
        isSameStep(newer.step, older.step),
      );
      const subscriber = { channel, passes };
      const abort = () => void channel.return?.();
      subscribers.add(subscriber);
      signal.addEventListener("abort", abort, { once: true });
      if (signal.aborted) abort();
      else if (latest !== undefined && passes(latest.position)) channel.push(latest.snapshot);
      return channel;
    },
  };

  /** Reports of attempts without a lease of this video do not change the position. */
  function publishProgress() {
    clearTimeout(timer);
    timer = undefined;
    if (video === undefined || latest === undefined) return;
    const next = table.overlay(video);
    if (!isNewer(next.position, latest.position)) return;
    publish(next);
    onDelivered(heard);
  }
}

/** Equal for two loads that show the same. */
const fingerprint = (video: LoadedVideo): string =>
  JSON.stringify(video, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
