import { randomUUID } from "node:crypto";
import {
  type AnimationSettings,
  type CompositionSettings,
  type Profile,
  type Requirements,
  requirementsOf,
} from "@reelay/contracts";
import { activeTraceParent } from "@reelay/telemetry";
import type { Prisma } from "../../prisma/generated/client.ts";
import type {
  JobPriority,
  PlaybackPolicy,
  Pool,
  SourceKind,
  UploadProtocol,
  VideoStatus,
} from "../../prisma/generated/enums.ts";
import { firstTaskOf, videoKindOf, wireKindOf } from "../database/index.ts";
import type { Tx } from "../events/index.ts";

export interface NewVideo {
  videoId: string;
  workspaceId: string;
  title: string;
  externalId: string | null;
  metadata: Prisma.InputJsonObject;
  tags: string[];
  profile: Profile;
  priority: JobPriority;
  /** Null: the workspace's default. */
  playbackPolicy: PlaybackPolicy | null;
  source: {
    kind: SourceKind;
    filename: string;
    objectKey: string;
    url?: string;
    contentType?: string | null;
    sizeBytes?: bigint;
    uploadProtocol?: UploadProtocol;
    uploadUrl?: string;
    uploadTokenHash?: string | null;
    uploadExpiresAt?: Date;
    /** Set if the source is already in the store. */
    receivedAt?: Date;
    /** How a script or data is drawn. */
    params?: AnimationSettings | CompositionSettings;
  };
}

/** What the first task of a new video needs. */
export const newVideoRequirements = ({
  profile,
  source,
}: Pick<NewVideo, "profile" | "source">): Requirements =>
  requirementsOf(wireKindOf(firstTaskOf(videoKindOf(source.kind))), profile, source.params);

/** Whether its job can start: a worker downloads the source, or it is stored. */
const isSourceThere = ({ source }: Pick<NewVideo, "source">): boolean =>
  source.kind === "URL" || source.receivedAt !== undefined;

export const firstStatus = (video: Pick<NewVideo, "source">): VideoStatus =>
  isSourceThere(video) ? "PROCESSING" : "AWAITING_SOURCE";

/**
 * Writes a video with its source, its job, the job's task and the first events in **one statement**, i.e. one
 * round trip. With a query per table, creating a video mostly waited: ten round trips, and ten times the CPU
 * of the rows.
 *
 * Resolves to the video's policy. Null, with nothing written, if fewer than `room` more jobs fit into the
 * workspace's quota in the statement's snapshot; near the limit the caller holds the lock (see `quota.ts`).
 *
 * Rejects with a unique violation if the external id is taken.
 */
export async function insertVideo(
  tx: Tx,
  video: NewVideo,
  { now, maxActiveJobs, room, pool }: { now: Date; maxActiveJobs: number | null; room: number; pool: Pool },
): Promise<PlaybackPolicy | null> {
  const { videoId, workspaceId, source } = video;
  const isReady = isSourceThere(video);
  const status = firstStatus(video);
  const kind = videoKindOf(source.kind);
  const jobId = randomUUID();
  const jobStatus = isReady ? "QUEUED" : "PENDING";
  const queuedAt = isReady ? now : null;
  const rows = await tx.$queryRaw<{ playbackPolicy: PlaybackPolicy }[]>`
    WITH quota AS (
      SELECT coalesce(w.max_active_jobs, ${maxActiveJobs}::int) AS "limit", w.playback_policy FROM workspaces w WHERE w.id = ${workspaceId}::uuid
    ), room AS (
      SELECT q."limit" IS NULL OR (SELECT count(*) FROM (
        SELECT 1 FROM jobs WHERE workspace_id = ${workspaceId}::uuid AND status IN ('PENDING', 'QUEUED', 'RUNNING') LIMIT q."limit"
      ) active) + ${room}::int <= q."limit" AS "hasRoom" FROM quota q
    ), go AS (
      SELECT FROM room WHERE "hasRoom"
    ), video AS (
      INSERT INTO videos (id, workspace_id, external_id, title, metadata, tags, profile, status, revision, created_at, updated_at, playback_policy)
      SELECT ${videoId}::uuid, ${workspaceId}::uuid, ${video.externalId}, ${video.title}, ${JSON.stringify(video.metadata)}::jsonb,
        ${video.tags}::text[], ${video.profile.name}, ${status}::"VideoStatus", 1, ${now}, ${now},
        coalesce(${video.playbackPolicy}::"PlaybackPolicy", quota.playback_policy) FROM go, quota RETURNING playback_policy
    ), source AS (
      INSERT INTO sources (video_id, kind, url, filename, content_type, size_bytes, object_key, upload_protocol, upload_token_hash,
        upload_url, upload_expires_at, received_at, params)
      SELECT ${videoId}::uuid, ${source.kind}::"SourceKind", ${source.url ?? null}, ${source.filename}, ${source.contentType ?? null},
        ${source.sizeBytes ?? null}::bigint, ${source.objectKey}, ${source.uploadProtocol ?? null}::"UploadProtocol",
        ${source.uploadTokenHash ?? null}, ${source.uploadUrl ?? null}, ${source.uploadExpiresAt ?? null}::timestamptz,
        ${source.receivedAt ?? null}::timestamptz,
        ${source.params === undefined ? null : JSON.stringify(source.params)}::jsonb FROM go
    ), job AS (
      INSERT INTO jobs (id, workspace_id, video_id, kind, status, priority, profile, created_at, queued_at, trace_parent)
      SELECT ${jobId}::uuid, ${workspaceId}::uuid, ${videoId}::uuid, ${kind}, ${jobStatus}::"JobStatus",
        ${video.priority}::"JobPriority", ${JSON.stringify(video.profile)}::jsonb, ${now}, ${queuedAt}::timestamptz, ${activeTraceParent()} FROM go
    ), task AS (
      INSERT INTO tasks (id, job_id, workspace_id, priority, kind, pool, requirements, status, available_at, created_at, queued_at, due_at)
      SELECT ${randomUUID()}::uuid, ${jobId}::uuid, ${workspaceId}::uuid, ${video.priority}::"JobPriority", ${firstTaskOf(kind)}, ${pool}::"Pool",
        ${JSON.stringify(newVideoRequirements(video))}::jsonb, ${jobStatus}::"JobStatus", ${now}, ${now}, ${queuedAt}::timestamptz, ${queuedAt}::timestamptz FROM go
    ), event AS (
      INSERT INTO events (workspace_id, video_id, job_id, type, at)
      SELECT ${workspaceId}::uuid, ${videoId}::uuid, happened.job_id, happened.type, ${now}
      FROM go CROSS JOIN (VALUES
        (1, NULL::uuid, 'video.created'), (2, NULL::uuid, 'video.source-received'), (3, ${jobId}::uuid, ${isReady ? "job.queued" : "job.created"})
      ) AS happened (place, job_id, type)
      WHERE happened.place <> 2 OR ${source.receivedAt !== undefined} ORDER BY happened.place
    )
    SELECT playback_policy AS "playbackPolicy" FROM video`;
  return rows[0]?.playbackPolicy ?? null;
}
