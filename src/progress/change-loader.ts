import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import type { Db } from "../database/db.ts";
import { type LoadedVideo, loadVideos } from "./loaded-video.ts";

const batchSize = 100;
const firstRetryMs = 100;
const lastRetryMs = 5_000;
/**
 * A video that many workers are at changes all the time, and costs by their number to read: so long it is
 * left alone for each share of a variant that was read, and so long at most.
 */
const restPerShareMs = 0.5;
const longestRestMs = 1_000;

/**
 * Loads videos that changed: one load in flight, and whatever changes meanwhile waits together for the next
 * one.
 */
interface ChangeLoader extends AsyncDisposable {
  request(videoId: string): void;
}

export function createChangeLoader(options: {
  db: Db;
  log: Logger;
  now: () => number;
  /** False once the video has no viewer. */
  isWanted: (videoId: string) => boolean;
  /** `null`: the video does not exist (any longer). */
  deliver: (videoId: string, video: LoadedVideo | null) => void;
  /** The load failed and will be tried again. */
  failed: (videoId: string, error: unknown) => void;
}): ChangeLoader {
  const { db, log, now, isWanted, deliver, failed } = options;
  const stopped = new AbortController();
  const changed = new Set<string>();
  /** When videos may be read again that were read a moment ago. */
  const resting = new Map<string, number>();
  let wake = () => {};
  let running: Promise<void> | undefined;

  /** Ids leave the set before their load begins, so a change during the load asks for another one. */
  function takeBatch(): string[] {
    for (const [videoId, until] of resting) if (until <= now()) resting.delete(videoId);
    const batch: string[] = [];
    for (const videoId of changed) {
      if (batch.length === batchSize) break;
      if (resting.has(videoId)) continue;
      changed.delete(videoId);
      if (isWanted(videoId)) batch.push(videoId);
    }
    return batch;
  }

  /** Until the first of those that have changed may be read, or another has changed. */
  async function rest() {
    const waits = [...changed].map((videoId) => (resting.get(videoId) ?? 0) - now());
    const woken = new AbortController();
    wake = () => woken.abort();
    const signal = AbortSignal.any([stopped.signal, woken.signal]);
    await delay(Math.max(1, Math.min(...waits)), undefined, { signal }).catch(() => undefined);
  }

  async function run() {
    let retryMs = firstRetryMs;
    while (changed.size > 0 && !stopped.signal.aborted) {
      const batch = takeBatch();
      if (batch.length === 0) {
        if (changed.size > 0) await rest();
        continue;
      }
      try {
        const loaded = await loadVideos(db, batch);
        for (const videoId of batch) {
          const video = loaded.get(videoId) ?? null;
          const restMs = Math.min(longestRestMs, (video?.shares?.length ?? 0) * restPerShareMs);
          if (restMs > 0) resting.set(videoId, now() + restMs);
          deliver(videoId, video);
        }
        retryMs = firstRetryMs;
      } catch (error) {
        log.warn({ err: error, videos: batch.length, retryMs }, "live.load-failed");
        for (const videoId of batch) {
          changed.add(videoId);
          failed(videoId, error);
        }
        await delay(retryMs, undefined, { signal: stopped.signal }).catch(() => undefined);
        retryMs = Math.min(retryMs * 2, lastRetryMs);
      }
    }
  }

  function start() {
    // A turn of the event loop gathers what is asked for at the same time into one batch.
    running ??= delay(0)
      .then(run)
      .catch((error: unknown) => log.error({ err: error }, "live.load-broke"))
      .finally(() => {
        running = undefined;
        if (changed.size > 0 && !stopped.signal.aborted) start();
      });
  }

  return {
    request(videoId) {
      if (stopped.signal.aborted) return;
      changed.add(videoId);
      if (!resting.has(videoId)) wake();
      start();
    },
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await running;
    },
  };
}
