import { liveReports, type Messaging } from "@reelay/messaging";
import type { Logger } from "pino";
import { type Db, listen } from "../database/index.ts";
import { NotFoundError } from "../errors/index.ts";
import { UUID_PATTERN } from "../inputs/index.ts";
import type { Metrics } from "../telemetry/index.ts";
import { createChangeLoader } from "./change-loader.ts";
import { encodeCursor, isNewer, parseCursor } from "./cursor.ts";
import type { LiveProgress } from "./live-progress.ts";
import { createProgressTable } from "./progress-table.ts";
import { createVideoHub, type VideoHub } from "./video-hub.ts";

interface LiveProgressOptions {
  db: Db;
  messaging: Messaging;
  /** For the connection that listens to changes. */
  databaseUrl: string;
  /** Names this process's subscription to reports. */
  apiId: string;
  log: Logger;
  /** Default: no metrics. */
  metrics?: Pick<Metrics, "progressDelivered">;
  /** Default: the system's monotonic clock, milliseconds. */
  clock?: { now(): number };
  /** Shortest time between two progress ticks of one video. Default 100 ms. */
  tickIntervalMs?: number;
  /** How often watched videos are read again in case a notification was lost. Default 15 s. */
  pollIntervalMs?: number;
  /** Number of videos whose progress is kept in memory. Default 10,000. */
  maxVideos?: number;
}

/**
 * Progress of a video is dropped after this time without a report. Reports arrive several times a second, and
 * a lease lasts 30 s.
 */
const IDLE_MS = 120_000;

/**
 * Starts the live side of an API process: its own subscription to reports and its own connection for change
 * notifications. Rejects if the database or the broker is unreachable at the start; it survives later
 * outages.
 */
export async function createLiveProgress(
  options: LiveProgressOptions,
): Promise<LiveProgress & AsyncDisposable> {
  const {
    db,
    messaging,
    databaseUrl,
    apiId,
    log,
    metrics,
    tickIntervalMs = 100,
    pollIntervalMs = 15_000,
  } = options;
  const clock = options.clock ?? performance;
  const now = () => clock.now();
  await using resources = new AsyncDisposableStack();

  const hubs = new Map<string, VideoHub>();
  const table = createProgressTable({
    maxVideos: options.maxVideos ?? 10_000,
    now,
    isWatched: (videoId) => hubs.has(videoId),
  });
  const loader = resources.use(
    createChangeLoader({
      db,
      log,
      now,
      isWanted: (videoId) => hubs.has(videoId),
      deliver: (videoId, video) => hubs.get(videoId)?.apply(video),
      failed: (videoId, error) => hubs.get(videoId)?.fail(error),
    }),
  );
  resources.defer(() => {
    for (const hub of hubs.values()) hub.end();
  });
  const reloadAll = () => {
    for (const videoId of hubs.keys()) loader.request(videoId);
  };

  resources.use(
    await listen({
      databaseUrl,
      channel: "reelay_video_changed",
      log,
      heard: (videoId) => {
        if (hubs.has(videoId)) loader.request(videoId);
      },
      resync: reloadAll,
    }),
  );
  const poll = setInterval(() => {
    reloadAll();
    table.evict(now() - IDLE_MS);
  }, pollIntervalMs);
  resources.defer(() => clearInterval(poll));

  const subscription = liveReports(apiId);
  const consumer = await messaging.consume(
    subscription,
    ({ message }) => {
      if (message.type === "task.progressed.v1") {
        const heard = table.hear(message);
        if (heard !== "OLD") hubs.get(message.videoId)?.tick(message.at, heard === "STEP");
      }
      return Promise.resolve();
    },
    { maxInFlight: 1_000 },
  );
  resources.defer(async () => {
    await consumer[Symbol.asyncDispose]();
    await messaging
      .unsubscribe(subscription)
      .catch((error: unknown) => log.warn({ err: error }, "live.unsubscribe-failed"));
  });

  function hubOf(videoId: string): VideoHub {
    const known = hubs.get(videoId);
    if (known !== undefined) return known;
    const hub: VideoHub = createVideoHub({
      table,
      now,
      tickIntervalMs,
      onDelivered: (madeAt) => metrics?.progressDelivered(madeAt),
      onIdle: () => {
        hub.end();
        if (hubs.get(videoId) === hub) hubs.delete(videoId);
      },
    });
    // Added to the map before the load begins, so a change during the load causes another one.
    hubs.set(videoId, hub);
    loader.request(videoId);
    return hub;
  }

  const live: LiveProgress = {
    async watch({ workspaceId, videoId, after }, signal) {
      const position = after === undefined || after === null ? undefined : parseCursor(after);
      if (!UUID_PATTERN.test(videoId.toLowerCase())) throw notFound(videoId);
      const hub = hubOf(videoId.toLowerCase());
      // Subscribed before the snapshot is loaded; unsubscribing releases the hub.
      const stream = hub.subscribe(position, signal);
      const release = () => void stream.return?.();
      const owner = await hub.loaded.catch((error: unknown) => {
        release();
        throw error;
      });
      if (owner !== workspaceId) {
        release();
        throw notFound(videoId);
      }
      return stream;
    },

    variant: (videoId, attemptId, name) =>
      attemptId === null ? undefined : table.variant(videoId, attemptId, name),

    step: (videoId, attemptId) => table.step(videoId, attemptId),

    cursor({ id, revision }) {
      const shown = { revision, attempt: "", sequence: 0 };
      const known = hubs.get(id)?.position();
      if (known !== undefined && known.revision === revision) return encodeCursor(known);
      const newest = { ...shown, ...table.newest(id) };
      return encodeCursor(isNewer(newest, shown) ? newest : shown);
    },
  };

  const owned = resources.move();
  return Object.assign(live, { [Symbol.asyncDispose]: () => owned.disposeAsync() });
}

const notFound = (videoId: string): NotFoundError =>
  new NotFoundError(
    "VIDEO_NOT_FOUND",
    `There is no video ${videoId} in this workspace. It may have been deleted; list "videos" to see those that exist.`,
  );
