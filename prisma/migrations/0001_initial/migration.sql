-- Reelay's database, in two halves.
--   1. TABLES: what prisma/schema.prisma describes, as Prisma generates it. Its comments are in that file.
--   2. INVARIANTS: what Prisma cannot express, written by hand: constraints, partial indexes, triggers, procedures.

-- ==== 1. TABLES ======================================================================================================

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "ApiKeyScope" AS ENUM ('READ', 'WRITE', 'ADMIN', 'OPERATOR');

-- CreateEnum
CREATE TYPE "PlaybackPolicy" AS ENUM ('PUBLIC', 'SIGNED');

-- CreateEnum
CREATE TYPE "VideoStatus" AS ENUM ('AWAITING_SOURCE', 'PROCESSING', 'PLAYABLE', 'READY', 'FAILED');

-- CreateEnum
CREATE TYPE "SourceKind" AS ENUM ('UPLOAD', 'URL');

-- CreateEnum
CREATE TYPE "UploadProtocol" AS ENUM ('TUS', 'GCS_RESUMABLE');

-- CreateEnum
CREATE TYPE "VariantStatus" AS ENUM ('PENDING', 'RENDERING', 'READY', 'SKIPPED', 'FAILED', 'CANCELED');

-- CreateEnum
CREATE TYPE "Tier" AS ENUM ('CRITICAL', 'STANDARD', 'PREMIUM');

-- CreateEnum
CREATE TYPE "JobKind" AS ENUM ('TRANSCODE', 'REPAIR', 'POSTER', 'PREVIEW', 'DOWNLOAD');

-- CreateEnum
CREATE TYPE "JobPriority" AS ENUM ('INTERACTIVE', 'STANDARD', 'BULK');

-- CreateEnum
CREATE TYPE "JobStatus" AS ENUM ('PENDING', 'QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED');

-- CreateEnum
CREATE TYPE "TaskKind" AS ENUM ('RENDER', 'CHUNK', 'AUDIO', 'DOWNLOAD', 'POSTER', 'PREVIEW');

-- CreateEnum
CREATE TYPE "JailLevel" AS ENUM ('NONE', 'LIMITED', 'FULL');

-- CreateEnum
CREATE TYPE "Pool" AS ENUM ('CPU', 'GPU');

-- CreateEnum
CREATE TYPE "CaptionKind" AS ENUM ('SUBTITLES', 'CAPTIONS');

-- CreateEnum
CREATE TYPE "AttemptOutcome" AS ENUM ('COMPLETED', 'FAILED', 'REJECTED', 'CANCELED', 'INTERRUPTED', 'LOST');

-- CreateEnum
CREATE TYPE "WebhookEndpointStatus" AS ENUM ('ENABLED', 'DISABLED');

-- CreateEnum
CREATE TYPE "WebhookDisabledReason" AS ENUM ('REQUESTED', 'GONE', 'FAILING');

-- CreateEnum
CREATE TYPE "WebhookDeliveryState" AS ENUM ('PENDING', 'SUCCEEDED', 'FAILED', 'CANCELED');

-- CreateTable
CREATE TABLE "workspaces" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "max_active_jobs" INTEGER,
    "max_running_tasks" INTEGER,
    "max_stored_bytes" BIGINT,
    "max_source_minutes_per_day" INTEGER,
    "max_requests_per_second" INTEGER,
    "stored_bytes" BIGINT NOT NULL DEFAULT 0,
    "paused_at" TIMESTAMPTZ(3),
    "served_at" TIMESTAMPTZ(3),
    "forgotten_events" BIGINT NOT NULL DEFAULT 0,
    "playback_policy" "PlaybackPolicy" NOT NULL DEFAULT 'PUBLIC',

    CONSTRAINT "workspaces_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stored_bytes_changes" (
    "id" BIGSERIAL NOT NULL,
    "workspace_id" UUID NOT NULL,
    "bytes" BIGINT NOT NULL,

    CONSTRAINT "stored_bytes_changes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "charged_sources" (
    "video_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "duration_ms" BIGINT NOT NULL,
    "charged_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "charged_sources_pkey" PRIMARY KEY ("video_id")
);

-- CreateTable
CREATE TABLE "profiles" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "recipe" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "profiles_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "signing_keys" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "key_id" TEXT NOT NULL,
    "secret" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "signs_from" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "signing_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "scopes" "ApiKeyScope"[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "upload_tokens" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "api_key_id" UUID NOT NULL,
    "hash" TEXT NOT NULL,
    "max_videos" INTEGER NOT NULL,
    "made_videos" INTEGER NOT NULL DEFAULT 0,
    "max_bytes" BIGINT NOT NULL,
    "profile" TEXT,
    "title" TEXT,
    "external_id" TEXT,
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "priority" "JobPriority" NOT NULL DEFAULT 'STANDARD',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "upload_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "upload_token_videos" (
    "video_id" UUID NOT NULL,
    "token_id" UUID NOT NULL,

    CONSTRAINT "upload_token_videos_pkey" PRIMARY KEY ("video_id")
);

-- CreateTable
CREATE TABLE "viewer_tokens" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "api_key_id" UUID NOT NULL,
    "hash" TEXT NOT NULL,
    "video_ids" UUID[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "viewer_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "videos" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "external_id" TEXT,
    "title" TEXT NOT NULL,
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "profile" TEXT NOT NULL,
    "status" "VideoStatus" NOT NULL DEFAULT 'AWAITING_SOURCE',
    "error_code" TEXT,
    "error_message" TEXT,
    "error_scope" TEXT,
    "error_retriable" BOOLEAN,
    "error_attempt_id" UUID,
    "revision" INTEGER NOT NULL DEFAULT 0,
    "duration_ms" INTEGER,
    "width" INTEGER,
    "height" INTEGER,
    "frame_rate" DOUBLE PRECISION,
    "poster_key" TEXT,
    "poster_at_ms" INTEGER,
    "non_standard_reasons" JSONB,
    "has_dash" BOOLEAN NOT NULL DEFAULT false,
    "download" JSONB,
    "preview" JSONB,
    "storyboard" JSONB,
    "playback_policy" "PlaybackPolicy" NOT NULL DEFAULT 'PUBLIC',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "playable_at" TIMESTAMPTZ(3),
    "ready_at" TIMESTAMPTZ(3),
    "scrubbed_at" TIMESTAMPTZ(3),

    CONSTRAINT "videos_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sources" (
    "video_id" UUID NOT NULL,
    "kind" "SourceKind" NOT NULL,
    "url" TEXT,
    "filename" TEXT NOT NULL,
    "content_type" TEXT,
    "size_bytes" BIGINT,
    "object_key" TEXT NOT NULL,
    "upload_protocol" "UploadProtocol",
    "upload_token_hash" TEXT,
    "upload_url" TEXT,
    "upload_expires_at" TIMESTAMPTZ(3),
    "received_at" TIMESTAMPTZ(3),
    "probe" JSONB,
    "hash" TEXT,

    CONSTRAINT "sources_pkey" PRIMARY KEY ("video_id")
);

-- CreateTable
CREATE TABLE "variants" (
    "id" UUID NOT NULL,
    "video_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "tier" "Tier" NOT NULL,
    "status" "VariantStatus" NOT NULL DEFAULT 'PENDING',
    "codec" TEXT NOT NULL,
    "width" INTEGER,
    "height" INTEGER,
    "frame_rate" DOUBLE PRECISION,
    "bitrate_bps" INTEGER NOT NULL,
    "quality_offset" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "min_vmaf" DOUBLE PRECISION,
    "quality" JSONB,
    "fraction" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "fps" DOUBLE PRECISION,
    "speed" DOUBLE PRECISION,
    "eta_ms" INTEGER,
    "frames" INTEGER NOT NULL DEFAULT 0,
    "size_bytes" BIGINT NOT NULL DEFAULT 0,
    "skip_reason" TEXT,
    "error_code" TEXT,
    "error_message" TEXT,
    "error_scope" TEXT,
    "error_retriable" BOOLEAN,
    "error_attempt_id" UUID,
    "attempt_id" UUID,
    "playlist" JSONB,
    "ready_at" TIMESTAMPTZ(3),

    CONSTRAINT "variants_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audio_tracks" (
    "video_id" UUID NOT NULL,
    "name" TEXT NOT NULL DEFAULT 'audio',
    "label" TEXT,
    "role" TEXT,
    "codec" TEXT NOT NULL,
    "channels" INTEGER NOT NULL,
    "language" TEXT,
    "start_ms" INTEGER NOT NULL DEFAULT 0,
    "attempt_id" UUID NOT NULL,
    "playlist" JSONB,

    CONSTRAINT "audio_tracks_pkey" PRIMARY KEY ("video_id","name")
);

-- CreateTable
CREATE TABLE "caption_tracks" (
    "id" UUID NOT NULL,
    "video_id" UUID NOT NULL,
    "language" TEXT NOT NULL,
    "kind" "CaptionKind" NOT NULL,
    "label" TEXT NOT NULL,
    "is_default" BOOLEAN NOT NULL DEFAULT false,
    "key" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "size_bytes" INTEGER NOT NULL,
    "cues" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "caption_tracks_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "jobs" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "video_id" UUID NOT NULL,
    "kind" "JobKind" NOT NULL,
    "status" "JobStatus" NOT NULL DEFAULT 'PENDING',
    "priority" "JobPriority" NOT NULL DEFAULT 'STANDARD',
    "profile" JSONB NOT NULL,
    "retry_of_id" UUID,
    "only_variants" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "repairs" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "plan" JSONB,
    "is_superseded" BOOLEAN NOT NULL DEFAULT false,
    "error_code" TEXT,
    "error_message" TEXT,
    "error_scope" TEXT,
    "error_retriable" BOOLEAN,
    "error_attempt_id" UUID,
    "cancel_requested_at" TIMESTAMPTZ(3),
    "trace_parent" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "queued_at" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "jobs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tasks" (
    "id" UUID NOT NULL,
    "job_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "priority" "JobPriority" NOT NULL DEFAULT 'STANDARD',
    "kind" "TaskKind" NOT NULL,
    "pool" "Pool" NOT NULL,
    "is_rest" BOOLEAN NOT NULL DEFAULT false,
    "start_ms" INTEGER NOT NULL DEFAULT 0,
    "end_ms" INTEGER,
    "renditions" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "progress" JSONB,
    "status" "JobStatus" NOT NULL DEFAULT 'PENDING',
    "tries" INTEGER NOT NULL DEFAULT 0,
    "max_tries" INTEGER NOT NULL DEFAULT 3,
    "needs_memory_bytes" BIGINT,
    "hand_backs" INTEGER NOT NULL DEFAULT 0,
    "out_of_memory" INTEGER NOT NULL DEFAULT 0,
    "available_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "queued_at" TIMESTAMPTZ(3),
    "due_at" TIMESTAMPTZ(3),
    "dispatched_at" TIMESTAMPTZ(3),
    "published_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "tasks_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "attempts" (
    "id" UUID NOT NULL,
    "task_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "worker_id" TEXT NOT NULL,
    "lease_until" TIMESTAMPTZ(3) NOT NULL,
    "sequence" INTEGER NOT NULL DEFAULT 0,
    "progress_sequence" INTEGER NOT NULL DEFAULT 0,
    "outcome" "AttemptOutcome",
    "error_code" TEXT,
    "error_message" TEXT,
    "error_scope" TEXT,
    "error_retriable" BOOLEAN,
    "log_tail" TEXT,
    "encoder_changes" JSONB,
    "account" JSONB,
    "cpu_seconds" DOUBLE PRECISION,
    "peak_memory_bytes" BIGINT,
    "wall_seconds" DOUBLE PRECISION,
    "waits_for_memory" BOOLEAN NOT NULL DEFAULT false,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "attempts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "parts" (
    "video_id" UUID NOT NULL,
    "rendition" TEXT NOT NULL,
    "start_ms" INTEGER NOT NULL,
    "end_ms" INTEGER,
    "attempt_id" UUID NOT NULL,
    "init_key" TEXT NOT NULL,
    "init_sha256" TEXT NOT NULL,
    "codecs" TEXT NOT NULL,
    "segments" JSONB NOT NULL,
    "is_complete" BOOLEAN NOT NULL,

    CONSTRAINT "parts_pkey" PRIMARY KEY ("video_id","rendition","start_ms")
);

-- CreateTable
CREATE TABLE "stored_folders" (
    "attempt_id" UUID NOT NULL,
    "folder" TEXT NOT NULL,
    "video_id" UUID NOT NULL,
    "files" JSONB NOT NULL,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "stored_folders_pkey" PRIMARY KEY ("attempt_id","folder")
);

-- CreateTable
CREATE TABLE "damages" (
    "video_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "start_ms" INTEGER,
    "end_ms" INTEGER,
    "found_at" TIMESTAMPTZ(3) NOT NULL,
    "repair_job_id" UUID,
    "repair_at" TIMESTAMPTZ(3),
    "obstacle" TEXT,

    CONSTRAINT "damages_pkey" PRIMARY KEY ("video_id","key")
);

-- CreateTable
CREATE TABLE "scrub_lease" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "holder" TEXT NOT NULL,
    "lease_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "scrub_lease_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "installation" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "event_key" BYTEA NOT NULL,

    CONSTRAINT "installation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "events" (
    "id" BIGSERIAL NOT NULL,
    "position" BIGINT,
    "workspace_id" UUID NOT NULL,
    "video_id" UUID,
    "job_id" UUID,
    "attempt_id" UUID,
    "type" TEXT NOT NULL,
    "data" JSONB NOT NULL DEFAULT '{}',
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" BIGSERIAL NOT NULL,
    "attributes" JSONB NOT NULL,
    "data" BYTEA NOT NULL,
    "task_id" UUID,
    "job_id" UUID,
    "available_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "workers" (
    "id" TEXT NOT NULL,
    "hostname" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "pools" "Pool"[],
    "slots" INTEGER NOT NULL,
    "busy" INTEGER NOT NULL DEFAULT 0,
    "encoders" TEXT[],
    "capabilities" JSONB,
    "device_codecs" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "knows" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "ffmpeg_version" TEXT NOT NULL,
    "jail_level" "JailLevel",
    "jail_reason" TEXT,
    "memory_bytes" BIGINT,
    "cpus" DOUBLE PRECISION,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "said_at" TIMESTAMPTZ(3),
    "is_stopping" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "workers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "workspace_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "input_hash" TEXT NOT NULL,
    "result_id" UUID NOT NULL,
    "progress" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("workspace_id","key")
);

-- CreateTable
CREATE TABLE "webhook_endpoints" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "url" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "event_types" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "status" "WebhookEndpointStatus" NOT NULL DEFAULT 'ENABLED',
    "disabled_at" TIMESTAMPTZ(3),
    "disabled_reason" "WebhookDisabledReason",
    "disabled_message" TEXT,
    "secret" TEXT NOT NULL,
    "secret_created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "previous_secret" TEXT,
    "previous_secret_expires_at" TIMESTAMPTZ(3),
    "position" BIGINT NOT NULL,
    "failing_since" TIMESTAMPTZ(3),
    "last_succeeded_at" TIMESTAMPTZ(3),
    "not_before" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "webhook_endpoints_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_deliveries" (
    "id" UUID NOT NULL,
    "endpoint_id" UUID NOT NULL,
    "position" BIGINT,
    "event_id" BIGINT,
    "event_at" TIMESTAMPTZ(3) NOT NULL,
    "video_id" UUID,
    "type" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "state" "WebhookDeliveryState" NOT NULL DEFAULT 'PENDING',
    "attempt_count" INTEGER NOT NULL DEFAULT 0,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "tried_since" TIMESTAMPTZ(3),
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL,
    "leased_until" TIMESTAMPTZ(3),
    "settled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_attempts" (
    "delivery_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "duration_ms" INTEGER NOT NULL,
    "request_url" TEXT NOT NULL,
    "request_headers" JSONB NOT NULL,
    "response_status" INTEGER,
    "response_headers" JSONB,
    "response_body" TEXT,
    "is_response_cut" BOOLEAN NOT NULL DEFAULT false,
    "error_code" TEXT,
    "error_message" TEXT,

    CONSTRAINT "webhook_attempts_pkey" PRIMARY KEY ("delivery_id","number")
);

-- CreateIndex
CREATE INDEX "stored_bytes_changes_workspace_id_idx" ON "stored_bytes_changes"("workspace_id");

-- CreateIndex
CREATE INDEX "charged_sources_workspace_id_charged_at_idx" ON "charged_sources"("workspace_id", "charged_at");

-- CreateIndex
CREATE UNIQUE INDEX "profiles_workspace_id_name_key" ON "profiles"("workspace_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "signing_keys_key_id_key" ON "signing_keys"("key_id");

-- CreateIndex
CREATE INDEX "signing_keys_workspace_id_id_idx" ON "signing_keys"("workspace_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_hash_key" ON "api_keys"("hash");

-- CreateIndex
CREATE INDEX "api_keys_workspace_id_id_idx" ON "api_keys"("workspace_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "upload_tokens_hash_key" ON "upload_tokens"("hash");

-- CreateIndex
CREATE INDEX "upload_tokens_workspace_id_created_at_id_idx" ON "upload_tokens"("workspace_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "upload_tokens_api_key_id_idx" ON "upload_tokens"("api_key_id");

-- CreateIndex
CREATE INDEX "upload_tokens_expires_at_idx" ON "upload_tokens"("expires_at");

-- CreateIndex
CREATE INDEX "upload_token_videos_token_id_idx" ON "upload_token_videos"("token_id");

-- CreateIndex
CREATE UNIQUE INDEX "viewer_tokens_hash_key" ON "viewer_tokens"("hash");

-- CreateIndex
CREATE INDEX "viewer_tokens_workspace_id_created_at_id_idx" ON "viewer_tokens"("workspace_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "viewer_tokens_api_key_id_idx" ON "viewer_tokens"("api_key_id");

-- CreateIndex
CREATE INDEX "viewer_tokens_expires_at_idx" ON "viewer_tokens"("expires_at");

-- CreateIndex
CREATE INDEX "videos_workspace_id_created_at_id_idx" ON "videos"("workspace_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "videos_workspace_id_status_created_at_idx" ON "videos"("workspace_id", "status", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "videos_workspace_id_external_id_key" ON "videos"("workspace_id", "external_id");

-- CreateIndex
CREATE INDEX "variants_video_id_position_idx" ON "variants"("video_id", "position");

-- CreateIndex
CREATE UNIQUE INDEX "variants_video_id_name_key" ON "variants"("video_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "caption_tracks_video_id_language_kind_key" ON "caption_tracks"("video_id", "language", "kind");

-- CreateIndex
CREATE INDEX "jobs_workspace_id_created_at_id_idx" ON "jobs"("workspace_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "jobs_video_id_created_at_idx" ON "jobs"("video_id", "created_at");

-- CreateIndex
CREATE INDEX "jobs_workspace_id_status_created_at_id_idx" ON "jobs"("workspace_id", "status", "created_at", "id");

-- CreateIndex
CREATE INDEX "jobs_status_priority_queued_at_idx" ON "jobs"("status", "priority", "queued_at");

-- CreateIndex
CREATE INDEX "tasks_job_id_idx" ON "tasks"("job_id");

-- CreateIndex
CREATE INDEX "attempts_worker_id_started_at_idx" ON "attempts"("worker_id", "started_at");

-- CreateIndex
CREATE UNIQUE INDEX "attempts_task_id_number_key" ON "attempts"("task_id", "number");

-- CreateIndex
CREATE INDEX "stored_folders_video_id_idx" ON "stored_folders"("video_id");

-- CreateIndex
CREATE INDEX "stored_folders_retired_at_idx" ON "stored_folders"("retired_at");

-- CreateIndex
CREATE INDEX "outbox_available_at_id_idx" ON "outbox"("available_at", "id");

-- CreateIndex
CREATE INDEX "outbox_job_id_id_idx" ON "outbox"("job_id", "id");

-- CreateIndex
CREATE INDEX "workers_last_seen_at_idx" ON "workers"("last_seen_at");

-- CreateIndex
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");

-- CreateIndex
CREATE INDEX "webhook_endpoints_workspace_id_created_at_id_idx" ON "webhook_endpoints"("workspace_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "webhook_deliveries_endpoint_id_created_at_id_idx" ON "webhook_deliveries"("endpoint_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "webhook_deliveries_endpoint_id_state_created_at_id_idx" ON "webhook_deliveries"("endpoint_id", "state", "created_at", "id");

-- CreateIndex
CREATE INDEX "webhook_deliveries_created_at_idx" ON "webhook_deliveries"("created_at");

-- CreateIndex
CREATE UNIQUE INDEX "webhook_deliveries_endpoint_id_event_id_key" ON "webhook_deliveries"("endpoint_id", "event_id");

-- AddForeignKey
ALTER TABLE "profiles" ADD CONSTRAINT "profiles_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "signing_keys" ADD CONSTRAINT "signing_keys_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "upload_tokens" ADD CONSTRAINT "upload_tokens_api_key_id_fkey" FOREIGN KEY ("api_key_id") REFERENCES "api_keys"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "upload_token_videos" ADD CONSTRAINT "upload_token_videos_video_id_fkey" FOREIGN KEY ("video_id") REFERENCES "videos"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "upload_token_videos" ADD CONSTRAINT "upload_token_videos_token_id_fkey" FOREIGN KEY ("token_id") REFERENCES "upload_tokens"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "viewer_tokens" ADD CONSTRAINT "viewer_tokens_api_key_id_fkey" FOREIGN KEY ("api_key_id") REFERENCES "api_keys"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "videos" ADD CONSTRAINT "videos_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sources" ADD CONSTRAINT "sources_video_id_fkey" FOREIGN KEY ("video_id") REFERENCES "videos"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "variants" ADD CONSTRAINT "variants_video_id_fkey" FOREIGN KEY ("video_id") REFERENCES "videos"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audio_tracks" ADD CONSTRAINT "audio_tracks_video_id_fkey" FOREIGN KEY ("video_id") REFERENCES "videos"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "caption_tracks" ADD CONSTRAINT "caption_tracks_video_id_fkey" FOREIGN KEY ("video_id") REFERENCES "videos"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_video_id_fkey" FOREIGN KEY ("video_id") REFERENCES "videos"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_retry_of_id_fkey" FOREIGN KEY ("retry_of_id") REFERENCES "jobs"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "tasks"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "parts" ADD CONSTRAINT "parts_video_id_fkey" FOREIGN KEY ("video_id") REFERENCES "videos"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stored_folders" ADD CONSTRAINT "stored_folders_video_id_fkey" FOREIGN KEY ("video_id") REFERENCES "videos"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "damages" ADD CONSTRAINT "damages_video_id_fkey" FOREIGN KEY ("video_id") REFERENCES "videos"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhook_endpoints" ADD CONSTRAINT "webhook_endpoints_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "webhook_endpoints"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhook_attempts" ADD CONSTRAINT "webhook_attempts_delivery_id_fkey" FOREIGN KEY ("delivery_id") REFERENCES "webhook_deliveries"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- ==== 2. INVARIANTS ==================================================================================================

-- ---- Constraints ----------------------------------------------------------------------------------------------------

-- Prisma generates lists as nullable columns.
ALTER TABLE "jobs" ALTER COLUMN "only_variants" SET NOT NULL;

-- Quotas: a limit of zero stops a workspace, a negative one has no meaning.
ALTER TABLE "workspaces"
  ADD CONSTRAINT "workspaces_quotas_are_counts" CHECK ("max_active_jobs" >= 0 AND "max_running_tasks" >= 0);

ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_have_a_scope" CHECK (cardinality("scopes") > 0);

-- The limit on metadata is above the API's own, which measures the client's text before Postgres reformats it.
ALTER TABLE "videos"
  ADD CONSTRAINT "videos_title_length" CHECK (char_length("title") BETWEEN 1 AND 500),
  ADD CONSTRAINT "videos_metadata_is_small_object" CHECK (jsonb_typeof("metadata") = 'object' AND octet_length("metadata"::text) <= 131072),
  ADD CONSTRAINT "videos_playable_since" CHECK ("status" NOT IN ('PLAYABLE', 'READY') OR "playable_at" IS NOT NULL),
  ADD CONSTRAINT "videos_ready_since" CHECK ("status" <> 'READY' OR "ready_at" IS NOT NULL),
  ADD CONSTRAINT "videos_failed_why" CHECK ("status" <> 'FAILED' OR "error_code" IS NOT NULL);

-- A form's file is in the store before its row exists, so it needs neither an upload address nor a deadline.
ALTER TABLE "sources"
  ADD CONSTRAINT "sources_url_or_upload" CHECK (
    ("kind" = 'URL' AND "url" IS NOT NULL)
    OR ("kind" = 'UPLOAD' AND "size_bytes" > 0
      AND ("received_at" IS NOT NULL OR ("upload_protocol" IS NOT NULL AND "upload_expires_at" IS NOT NULL))));

ALTER TABLE "variants"
  ADD CONSTRAINT "variants_fraction_range" CHECK ("fraction" BETWEEN 0 AND 1),
  ADD CONSTRAINT "variants_ready_has_playlist" CHECK ("status" <> 'READY' OR "playlist" IS NOT NULL),
  ADD CONSTRAINT "variants_skipped_why" CHECK ("status" <> 'SKIPPED' OR "skip_reason" IS NOT NULL),
  ADD CONSTRAINT "variants_failed_why" CHECK ("status" <> 'FAILED' OR "error_code" IS NOT NULL);

ALTER TABLE "jobs"
  ADD CONSTRAINT "jobs_end_once_terminal" CHECK (("status" IN ('SUCCEEDED', 'FAILED', 'CANCELED')) = ("ended_at" IS NOT NULL)),
  ADD CONSTRAINT "jobs_failed_why" CHECK ("status" <> 'FAILED' OR "error_code" IS NOT NULL);

-- A queued task has its place in the queue and the time by which a viewer needs it.
ALTER TABLE "tasks"
  ADD CONSTRAINT "tasks_end_once_terminal" CHECK (("status" IN ('SUCCEEDED', 'FAILED', 'CANCELED')) = ("ended_at" IS NOT NULL)),
  ADD CONSTRAINT "tasks_tries_range" CHECK ("tries" BETWEEN 0 AND "max_tries"),
  ADD CONSTRAINT "tasks_queued_since" CHECK ("status" <> 'QUEUED' OR ("queued_at" IS NOT NULL AND "due_at" IS NOT NULL)),
  ADD CONSTRAINT "tasks_span" CHECK ("start_ms" >= 0 AND ("end_ms" IS NULL OR "end_ms" > "start_ms"));

ALTER TABLE "attempts"
  ADD CONSTRAINT "attempts_end_with_outcome" CHECK (("outcome" IS NULL) = ("ended_at" IS NULL)),
  ADD CONSTRAINT "attempts_number_from_one" CHECK ("number" >= 1);

ALTER TABLE "webhook_endpoints"
  ADD CONSTRAINT "webhook_endpoints_disabled_check" CHECK (("status" = 'DISABLED') = ("disabled_at" IS NOT NULL) AND ("disabled_at" IS NULL) = ("disabled_reason" IS NULL)),
  ADD CONSTRAINT "webhook_endpoints_previous_check" CHECK (("previous_secret" IS NULL) = ("previous_secret_expires_at" IS NULL));

ALTER TABLE "webhook_deliveries"
  ADD CONSTRAINT "webhook_deliveries_settled_check" CHECK (("state" = 'PENDING') = ("settled_at" IS NULL));

ALTER TABLE "installation"
  ADD CONSTRAINT "installation_is_one_row" CHECK ("id" = 1),
  ADD CONSTRAINT "installation_event_key_is_a_key" CHECK (octet_length("event_key") = 16);

-- ---- Partial indexes ------------------------------------------------------------------------------------------------

-- A video has at most one active job of each kind. Jobs of different kinds run side by side.
CREATE UNIQUE INDEX "jobs_one_active_per_video_and_kind" ON "jobs" ("video_id", "kind") WHERE "status" IN ('PENDING', 'QUEUED', 'RUNNING');

-- Active jobs of a workspace, for its quota.
CREATE INDEX "jobs_active_by_workspace" ON "jobs" ("workspace_id") WHERE "status" IN ('PENDING', 'QUEUED', 'RUNNING');

-- The queue in the order in which the dispatcher reads it: first tasks, lane, workspace, earliest deadline.
CREATE INDEX "tasks_waiting" ON "tasks" ("pool", "is_rest", "priority", "workspace_id", "due_at", "id")
  WHERE "status" = 'QUEUED' AND "dispatched_at" IS NULL;

-- Tasks with workers or on their way to them. The index stays as small as the fleet.
CREATE INDEX "tasks_in_flight" ON "tasks" ("pool", "workspace_id")
  WHERE "status" = 'RUNNING' OR ("status" = 'QUEUED' AND "dispatched_at" IS NOT NULL);

-- Tasks that a worker returned for lack of memory. The sweeper reads them often, and nearly always finds none.
CREATE INDEX "tasks_needing_memory" ON "tasks" ("available_at") WHERE "status" = 'QUEUED' AND "needs_memory_bytes" IS NOT NULL;

-- At most one attempt of a task holds the lease.
CREATE UNIQUE INDEX "attempts_one_open_per_task" ON "attempts" ("task_id") WHERE "outcome" IS NULL;

-- The sweeper's list: open attempts by the end of their lease.
CREATE INDEX "attempts_open_by_lease" ON "attempts" ("lease_until") WHERE "outcome" IS NULL;

-- The newest completed attempts, for estimates.
CREATE INDEX "attempts_completed" ON "attempts" ("ended_at" DESC) WHERE "outcome" = 'COMPLETED';

-- The scrub picks the video that it inspected longest ago.
CREATE INDEX "videos_scrub_idx" ON "videos" (coalesce("scrubbed_at", "ready_at"), "id") WHERE "status" = 'READY';

-- Pending deliveries of an endpoint, due first; and those of a video that were not tried yet, which later ones wait for.
CREATE INDEX "webhook_deliveries_due_idx" ON "webhook_deliveries" ("endpoint_id", "next_attempt_at", "position") WHERE "state" = 'PENDING';
CREATE INDEX "webhook_deliveries_untried_idx" ON "webhook_deliveries" ("endpoint_id", "video_id", "position") WHERE "state" = 'PENDING' AND "tries" = 0;

-- ---- Terminal states absorb: a job, task or attempt that has ended never ends differently ---------------------------

CREATE FUNCTION "refuse_leaving_terminal"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% % ended as %, it cannot become %', TG_TABLE_NAME, OLD."id", OLD."status", NEW."status"
    USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_terminal_states_absorb';
END $$;

CREATE TRIGGER "jobs_terminal_states_absorb" BEFORE UPDATE OF "status" ON "jobs" FOR EACH ROW
  WHEN (OLD."status" IN ('SUCCEEDED', 'FAILED', 'CANCELED') AND NEW."status" <> OLD."status")
  EXECUTE FUNCTION "refuse_leaving_terminal"();

CREATE TRIGGER "tasks_terminal_states_absorb" BEFORE UPDATE OF "status" ON "tasks" FOR EACH ROW
  WHEN (OLD."status" IN ('SUCCEEDED', 'FAILED', 'CANCELED') AND NEW."status" <> OLD."status")
  EXECUTE FUNCTION "refuse_leaving_terminal"();

CREATE FUNCTION "refuse_second_outcome"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'attempt % ended as %, it cannot become %', OLD."id", OLD."outcome", NEW."outcome"
    USING ERRCODE = 'check_violation', CONSTRAINT = 'attempts_outcome_is_final';
END $$;

CREATE TRIGGER "attempts_outcome_is_final" BEFORE UPDATE OF "outcome" ON "attempts" FOR EACH ROW
  WHEN (OLD."outcome" IS NOT NULL AND NEW."outcome" IS DISTINCT FROM OLD."outcome")
  EXECUTE FUNCTION "refuse_second_outcome"();

-- ---- Order of the event log -----------------------------------------------------------------------------------------

-- The log is paged by "position", never by "id". An id is assigned before the commit: of two concurrent transactions
-- the one with the higher ids may commit first, and a reader that has paged past them would never see the lower ones.

-- CACHE 1: a session that caches numbers would assign them out of order.
CREATE SEQUENCE "events_position_seq" AS BIGINT CACHE 1 OWNED BY "events"."position";

-- Events without a position: nearly always none. Each scan marks dead entries and so keeps the index small. A very old
-- snapshot, such as a backup's, delays that; scans then slow down, to 12 ms after 50,000 events sequenced meanwhile.
CREATE INDEX "events_unsequenced_idx" ON "events" ("id") WHERE "position" IS NULL;

-- Events with a position, once for each order in which they are read.
CREATE UNIQUE INDEX "events_position_key" ON "events" ("position") WHERE "position" IS NOT NULL;
CREATE INDEX "events_workspace_id_position_idx" ON "events" ("workspace_id", "position") WHERE "position" IS NOT NULL;
CREATE INDEX "events_video_id_position_idx" ON "events" ("video_id", "position") WHERE "position" IS NOT NULL;

-- Assigns positions to committed events, in the order of their ids. Readers of the log call it first. The events of one
-- video are written under that video's row lock, so within a video this is the order of commits; between videos it is
-- the order of sequencing. Positions become visible in order, and no event receives a position below one that a reader
-- has seen. Paging by position therefore meets every event exactly once.
--
-- The advisory lock guarantees this. It is taken before the snapshot that finds the events, and Postgres releases it
-- after the commit is visible: the next holder sees everything sequenced before and draws higher numbers. Two callers at
-- once could draw numbers in one order and commit in the other.
--
-- It is a procedure because a procedure can commit and cannot run inside a transaction. The lock lasts for one batch; no
-- paused or slow client and no writer can hold it. A kill rolls back one batch, and its numbers stay unused, which
-- readers tolerate. One call sequences at most 10,000 events; callers repeat it while events remain.
--
-- Rejected alternatives:
--   * Order by transaction id and read below pg_snapshot_xmin. One old transaction anywhere on the server would block
--     every reader, transaction ids are meaningless after a restore from a dump, and they do not follow row locks.
--   * A lock that writers hold until they commit. The writers of a workspace would wait for its slowest.
--   * A counter row instead of a sequence. It has no gaps, but under an old snapshot each read walks its dead versions.
CREATE PROCEDURE "sequence_events"() LANGUAGE plpgsql AS $$
DECLARE
  batch_size CONSTANT integer := 1000;
  sequenced integer;
BEGIN
  FOR batch IN 1..10 LOOP
    COMMIT;
    -- Independent of the server's default: the update must see what was committed while this call waited for the lock.
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    EXIT WHEN NOT EXISTS (SELECT FROM "events" WHERE "position" IS NULL);
    -- A published position must survive a crash. Otherwise another event would receive it.
    IF current_setting('synchronous_commit') = 'off' THEN
      PERFORM set_config('synchronous_commit', 'local', true);
    END IF;
    -- "revents" as ASCII.
    PERFORM pg_advisory_xact_lock(x'726576656e7473'::bigint);
    -- Volatile functions of a select list are called after its ORDER BY.
    WITH unsequenced AS MATERIALIZED (
      SELECT "id" FROM "events" WHERE "position" IS NULL ORDER BY "id" LIMIT batch_size
    ), numbered AS MATERIALIZED (
      SELECT "id", nextval('events_position_seq') AS "position" FROM unsequenced ORDER BY "id"
    )
    UPDATE "events" SET "position" = numbered."position" FROM numbered WHERE "events"."id" = numbered."id";
    GET DIAGNOSTICS sequenced = ROW_COUNT;
    EXIT WHEN sequenced < batch_size;
  END LOOP;
END $$;

-- ---- The event log is append-only -----------------------------------------------------------------------------------

-- The one permitted change of an entry is that it receives its position. Old entries may be deleted.
CREATE FUNCTION "refuse_event_update"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  sequenced "events" := OLD;
BEGIN
  sequenced."position" := NEW."position";
  IF OLD."position" IS NULL AND NEW."position" IS NOT NULL AND NEW IS NOT DISTINCT FROM sequenced THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'event % is history, it cannot be changed', OLD."id" USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER "events_are_history" BEFORE UPDATE ON "events" FOR EACH ROW EXECUTE FUNCTION "refuse_event_update"();

CREATE FUNCTION "refuse_event_position"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'event % cannot be written with a position, "sequence_events" alone gives them', NEW."id"
    USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER "events_are_written_unsequenced" BEFORE INSERT ON "events" FOR EACH ROW
  WHEN (NEW."position" IS NOT NULL) EXECUTE FUNCTION "refuse_event_position"();

-- ---- Notifications: processes LISTEN and also poll, so a lost notification costs only time --------------------------

-- Viewers of the video, and readers of the workspace's log. Some events belong to no video.
CREATE FUNCTION "notify_video_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."video_id" IS NOT NULL THEN
    PERFORM pg_notify('reelay_video_changed', NEW."video_id"::text);
  END IF;
  PERFORM pg_notify('reelay_events', NEW."workspace_id"::text);
  RETURN NULL;
END $$;

CREATE TRIGGER "events_notify" AFTER INSERT ON "events" FOR EACH ROW EXECUTE FUNCTION "notify_video_changed"();

CREATE FUNCTION "notify_outbox"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('reelay_outbox', '');
  RETURN NULL;
END $$;

CREATE TRIGGER "outbox_notify" AFTER INSERT ON "outbox" FOR EACH STATEMENT EXECUTE FUNCTION "notify_outbox"();

-- Dispatchers: a task waits, a slot is free, a worker has joined, or a workspace may run more.
CREATE FUNCTION "notify_queue"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('reelay_queue', '');
  RETURN NULL;
END $$;

CREATE TRIGGER "tasks_notify_waiting" AFTER INSERT OR UPDATE OF "status", "dispatched_at" ON "tasks" FOR EACH ROW
  WHEN (NEW."status" = 'QUEUED' AND NEW."dispatched_at" IS NULL)
  EXECUTE FUNCTION "notify_queue"();

CREATE TRIGGER "tasks_notify_freed" AFTER UPDATE OF "status" ON "tasks" FOR EACH ROW
  WHEN (OLD."status" = 'RUNNING' AND NEW."status" <> 'RUNNING')
  EXECUTE FUNCTION "notify_queue"();

CREATE TRIGGER "workers_notify" AFTER INSERT ON "workers" FOR EACH ROW EXECUTE FUNCTION "notify_queue"();

CREATE TRIGGER "workspaces_notify_queue" AFTER UPDATE OF "paused_at", "max_running_tasks" ON "workspaces" FOR EACH ROW
  WHEN (
    (OLD."paused_at" IS NOT NULL AND NEW."paused_at" IS NULL)
    OR NEW."max_running_tasks" IS DISTINCT FROM OLD."max_running_tasks"
  )
  EXECUTE FUNCTION "notify_queue"();

CREATE FUNCTION "notify_webhooks"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('reelay_webhooks', '');
  RETURN NULL;
END $$;

CREATE TRIGGER "webhook_deliveries_notify" AFTER INSERT ON "webhook_deliveries" FOR EACH STATEMENT EXECUTE FUNCTION "notify_webhooks"();

-- ---- Stored bytes of a workspace ------------------------------------------------------------------------------------

-- Each change is a row of "stored_bytes_changes", later added up into "workspaces"."stored_bytes". An insert waits for no
-- other transaction; a counter would make every change of a workspace wait for the previous commit.

-- A video's bytes: its source while it is stored or still expected, and its finished outputs.
CREATE FUNCTION "stored_bytes_of_video"("video" uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT (
    coalesce((SELECT "size_bytes" FROM "sources" WHERE "video_id" = "video" AND ("received_at" IS NOT NULL OR "upload_url" IS NOT NULL)), 0)
    + coalesce((SELECT sum("size_bytes") FROM "variants" WHERE "video_id" = "video" AND "status" = 'READY'), 0)
    + coalesce((SELECT sum(("playlist"->>'sizeBytes')::bigint) FROM "audio_tracks" WHERE "video_id" = "video" AND "playlist"->>'isComplete' = 'true'), 0)
    + coalesce((SELECT coalesce(("download"->>'sizeBytes')::bigint, 0) + coalesce(("preview"->>'sizeBytes')::bigint, 0) FROM "videos" WHERE "id" = "video"), 0)
  )::bigint
$$;

-- Does nothing for rows that go with their deleted video: the video's own trigger has already subtracted everything.
CREATE FUNCTION "note_stored_bytes"("video" uuid, "difference" bigint) RETURNS void LANGUAGE sql AS $$
  INSERT INTO "stored_bytes_changes" ("workspace_id", "bytes")
  SELECT "workspace_id", "difference" FROM "videos" WHERE "id" = "video" AND "difference" <> 0
$$;

CREATE FUNCTION "count_source_bytes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM "note_stored_bytes"(coalesce(NEW."video_id", OLD."video_id"),
    CASE WHEN NEW."received_at" IS NOT NULL OR NEW."upload_url" IS NOT NULL THEN coalesce(NEW."size_bytes", 0) ELSE 0 END
    - CASE WHEN OLD."received_at" IS NOT NULL OR OLD."upload_url" IS NOT NULL THEN coalesce(OLD."size_bytes", 0) ELSE 0 END);
  RETURN NULL;
END $$;

CREATE TRIGGER "sources_are_counted" AFTER INSERT OR DELETE OR UPDATE OF "size_bytes", "received_at", "upload_url" ON "sources"
  FOR EACH ROW EXECUTE FUNCTION "count_source_bytes"();

CREATE FUNCTION "count_variant_bytes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM "note_stored_bytes"(coalesce(NEW."video_id", OLD."video_id"),
    CASE WHEN NEW."status" = 'READY' THEN NEW."size_bytes" ELSE 0 END - CASE WHEN OLD."status" = 'READY' THEN OLD."size_bytes" ELSE 0 END);
  RETURN NULL;
END $$;

-- One trigger per event: only an UPDATE may compare both rows, and that comparison makes progress updates free.
CREATE TRIGGER "ready_variants_are_counted" AFTER UPDATE OF "size_bytes", "status" ON "variants"
  FOR EACH ROW WHEN (OLD."status" = 'READY' OR NEW."status" = 'READY') EXECUTE FUNCTION "count_variant_bytes"();
CREATE TRIGGER "new_variants_are_counted" AFTER INSERT ON "variants"
  FOR EACH ROW WHEN (NEW."status" = 'READY') EXECUTE FUNCTION "count_variant_bytes"();
CREATE TRIGGER "deleted_variants_are_counted" AFTER DELETE ON "variants"
  FOR EACH ROW WHEN (OLD."status" = 'READY') EXECUTE FUNCTION "count_variant_bytes"();

CREATE FUNCTION "count_audio_bytes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM "note_stored_bytes"(coalesce(NEW."video_id", OLD."video_id"),
    CASE WHEN NEW."playlist"->>'isComplete' = 'true' THEN coalesce((NEW."playlist"->>'sizeBytes')::bigint, 0) ELSE 0 END
    - CASE WHEN OLD."playlist"->>'isComplete' = 'true' THEN coalesce((OLD."playlist"->>'sizeBytes')::bigint, 0) ELSE 0 END);
  RETURN NULL;
END $$;

CREATE TRIGGER "audio_tracks_are_counted" AFTER INSERT OR DELETE OR UPDATE OF "playlist" ON "audio_tracks"
  FOR EACH ROW EXECUTE FUNCTION "count_audio_bytes"();

CREATE FUNCTION "count_video_bytes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM "note_stored_bytes"(OLD."id", -"stored_bytes_of_video"(OLD."id"));
    RETURN OLD;
  END IF;
  PERFORM "note_stored_bytes"(NEW."id",
    coalesce((NEW."download"->>'sizeBytes')::bigint, 0) + coalesce((NEW."preview"->>'sizeBytes')::bigint, 0)
    - coalesce((OLD."download"->>'sizeBytes')::bigint, 0) - coalesce((OLD."preview"->>'sizeBytes')::bigint, 0));
  RETURN NEW;
END $$;

CREATE TRIGGER "deleted_videos_are_counted" BEFORE DELETE ON "videos" FOR EACH ROW EXECUTE FUNCTION "count_video_bytes"();
CREATE TRIGGER "assets_are_counted" AFTER UPDATE OF "download", "preview" ON "videos"
  FOR EACH ROW WHEN (OLD."download" IS DISTINCT FROM NEW."download" OR OLD."preview" IS DISTINCT FROM NEW."preview")
  EXECUTE FUNCTION "count_video_bytes"();

-- ---- The row that every installation has ----------------------------------------------------------------------------

-- Two random UUIDs hold 244 random bits. The key is 128 bits of their hash.
INSERT INTO "installation" ("event_key")
VALUES (substring(sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')) FROM 1 FOR 16));
