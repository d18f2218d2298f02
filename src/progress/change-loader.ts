import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import type { Db } from "../db.ts";
import { type LoadedVideo, loadVideos } from "./loaded-video.ts";

const batchSize = 100;
const firstRetryMs = 100;
const lastRetryMs = 5_000;

/** Loads videos that changed: one load in flight, and whatever changes meanwhile waits together for the next one. */
export interface ChangeLoader extends AsyncDisposable {
  request(videoId: string): void;
}

export function createChangeLoader(options: {
  db: Db;
  log: Logger;
  /** False once nobody wants the video any more. */
  isWanted: (videoId: string) => boolean;
  /** `null`: the video does not exist (any longer). */
  deliver: (videoId: string, video: LoadedVideo | null) => void;
  /** The load failed and will be tried again. */
  failed: (videoId: string, error: unknown) => void;
}): ChangeLoader {
  const { db, log, isWanted, deliver, failed } = options;
  const stopped = new AbortController();
  const changed = new Set<string>();
  let running: Promise<void> | undefined;

  /** Ids leave the set before their load begins, so a change during the load asks for another one. */
  function takeBatch(): string[] {
    const batch: string[] = [];
    for (const videoId of changed) {
      if (batch.length === batchSize) break;
      changed.delete(videoId);
      if (isWanted(videoId)) batch.push(videoId);
    }
    return batch;
  }

  async function run() {
    let retryMs = firstRetryMs;
    while (changed.size > 0 && !stopped.signal.aborted) {
      const batch = takeBatch();
      if (batch.length === 0) continue;
      try {
        const loaded = await loadVideos(db, batch);
        for (const videoId of batch) deliver(videoId, loaded.get(videoId) ?? null);
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
      start();
    },
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await running;
    },
  };
}
