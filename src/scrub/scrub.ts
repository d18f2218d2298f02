/** Looks at stored videos again and again, each once in a period, at a bounded pace. */
import { setTimeout as sleep } from "node:timers/promises";
import { Profile } from "@reelay/contracts";
import type { OperationDeps } from "../context/index.ts";
import { inspectedRows, inspectVideo, recordInspection } from "../damage/index.ts";
import { isVideoJob, storeTransaction } from "../database/index.ts";
import { REPAIR_PAUSE_MS, repairAutomatically } from "../kinds/index.ts";
import type { Metrics } from "../telemetry/index.ts";

export interface ScrubDeps extends Pick<OperationDeps, "db" | "store" | "clock" | "log" | "limits"> {
  /** Default: no metrics. */
  metrics?: Pick<Metrics, "jobCreated" | "scrubbed" | "damageFound">;
}

export interface ScrubSettings {
  /** Each video is looked at this often. */
  periodMs: number;
  /** Bytes read per second, on average over a video. */
  bytesPerSecond: number;
  /** Read all bytes even if the store's own checksum vouches for them. */
  isDeep: boolean;
}

/** When a video is looked at again that could not be read. */
const RETRY_MS = 3_600_000;

/** Inspects the video with the oldest inspection, if it is due. Resolves to its id, or null. */
export async function scrubNext(
  deps: ScrubDeps,
  settings: ScrubSettings,
  signal: AbortSignal,
): Promise<string | null> {
  const { db, clock } = deps;
  const due = new Date(clock().getTime() - settings.periodMs);
  const [row] = await db.$queryRaw<Array<{ id: string }>>`
    SELECT id FROM videos WHERE status = 'READY' AND coalesce(scrubbed_at, ready_at) < ${due}
    ORDER BY coalesce(scrubbed_at, ready_at), id LIMIT 1`;
  if (row === undefined) return null;
  try {
    await scrubVideo(deps, row.id, settings, signal);
  } catch (error) {
    signal.throwIfAborted();
    deps.log.warn({ err: error, videoId: row.id }, "scrub.failed");
    // It is due again in an hour; until then it does not hold up others.
    const scrubbedAt = new Date(due.getTime() + RETRY_MS);
    await db.video.updateMany({ where: { id: row.id }, data: { scrubbedAt } });
  }
  return row.id;
}

/** Inspects one video, records the findings, and starts the repair. */
export async function scrubVideo(
  deps: ScrubDeps,
  videoId: string,
  { bytesPerSecond, isDeep }: ScrubSettings,
  signal: AbortSignal,
): Promise<void> {
  const { db, store, clock, log, metrics } = deps;
  const video = await db.video.findUnique({
    where: { id: videoId },
    include: {
      ...inspectedRows,
      jobs: {
        where: isVideoJob,
        orderBy: [{ createdAt: "desc" }, { id: "desc" }],
        take: 1,
        select: { profile: true },
      },
    },
  });
  if (video === null || video.status !== "READY") return;
  const pace = (bytes: number) => sleep((bytes / bytesPerSecond) * 1_000, undefined, { signal });
  const { segmentDurationMs } = Profile.parse(video.jobs[0]?.profile);
  const found = await inspectVideo({ store, pace, isDeep, signal }, video, segmentDurationMs);
  const fresh = await db.$transaction((tx) => recordInspection(tx, video, found, clock()), storeTransaction);
  metrics?.scrubbed(found.objects, found.bytesRead);
  for (const key of found.rewritten) log.warn({ videoId, key }, "playlist.rewritten");
  for (const { code, key, subject } of fresh) {
    metrics?.damageFound(code);
    log.error({ videoId, subject, key, code }, "damage.found");
  }
  if (fresh.length > 0) await repairAutomatically(deps, videoId);
}

/** Retries repairs that failed because the video was busy, or a day ago. */
export async function repairPending(deps: ScrubDeps): Promise<void> {
  const before = new Date(deps.clock().getTime() - REPAIR_PAUSE_MS);
  const videos = await deps.db.damage.findMany({
    where: { OR: [{ repairAt: null }, { repairAt: { lt: before } }] },
    distinct: ["videoId"],
    select: { videoId: true },
    take: 20,
  });
  for (const { videoId } of videos) {
    await repairAutomatically(deps, videoId).catch((error: unknown) =>
      deps.log.warn({ err: error, videoId }, "repair.failed"),
    );
  }
}
