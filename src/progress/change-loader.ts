import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import type { Db } from "../database/index.ts";
import { type LoadedVideo, loadVideos } from "./loaded-video.ts";

const BATCH_SIZE = 100;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;
/**
 * A video with many workers changes constantly, and reading it costs in proportion to their number. Pause
 * after a read in milliseconds: per share of a variant that was read, and at most.
 */
const REST_PER_SHARE_MS = 0.5;
const LONGEST_REST_MS = 1_000;

/** Loads changed videos, one load at a time. Changes during a load are batched for the next one. */
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
  /** When recently read videos may be read again. */
  const resting = new Map<string, number>();
  let wake = () => {};
  let running: Promise<void> | undefined;

  /** Ids leave the set before their load begins, so a change during the load causes another one. */
  function takeBatch(): string[] {
    for (const [videoId, until] of resting) if (until <= now()) resting.delete(videoId);
    const batch: string[] = [];
    for (const videoId of changed) {
      if (batch.length === BATCH_SIZE) break;
      if (resting.has(videoId)) continue;
      changed.delete(videoId);
      if (isWanted(videoId)) batch.push(videoId);
    }
    return batch;
  }

  /** Waits until a changed video may be read, or another one changes. */
  async function rest() {
    const waits = [...changed].map((videoId) => (resting.get(videoId) ?? 0) - now());
    const woken = new AbortController();
    wake = () => woken.abort();
    const signal = AbortSignal.any([stopped.signal, woken.signal]);
    await delay(Math.max(1, Math.min(...waits)), undefined, { signal }).catch(() => undefined);
  }

  async function run() {
    let retryMs = FIRST_RETRY_MS;
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
          const restMs = Math.min(LONGEST_REST_MS, (video?.shares?.length ?? 0) * REST_PER_SHARE_MS);
          if (restMs > 0) resting.set(videoId, now() + restMs);
          deliver(videoId, video);
        }
        retryMs = FIRST_RETRY_MS;
      } catch (error) {
        log.warn({ err: error, videos: batch.length, retryMs }, "live.load-failed");
        for (const videoId of batch) {
          changed.add(videoId);
          failed(videoId, error);
        }
        await delay(retryMs, undefined, { signal: stopped.signal }).catch(() => undefined);
        retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
      }
    }
  }

  function start() {
    // A turn of the event loop gathers simultaneous requests into one batch.
    running ??= delay(0)
      .then(run)
      .catch((error: unknown) => log.error({ err: error }, "live.load-crashed"))
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
