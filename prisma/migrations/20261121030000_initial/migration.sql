-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "ApiKeyScope" AS ENUM ('READ', 'WRITE', 'ADMIN');

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
CREATE TYPE "JobKind" AS ENUM ('TRANSCODE');

-- CreateEnum
CREATE TYPE "JobPriority" AS ENUM ('INTERACTIVE', 'STANDARD', 'BULK');

-- CreateEnum
CREATE TYPE "JobStatus" AS ENUM ('PENDING', 'QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED');

-- CreateEnum
CREATE TYPE "TaskKind" AS ENUM ('RENDER');

-- CreateEnum
CREATE TYPE "Pool" AS ENUM ('CPU', 'GPU');

-- CreateEnum
CREATE TYPE "AttemptOutcome" AS ENUM ('COMPLETED', 'FAILED', 'REJECTED', 'CANCELED', 'INTERRUPTED', 'LOST');

-- CreateTable
CREATE TABLE "workspaces" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "workspaces_pkey" PRIMARY KEY ("id")
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
    "revision" INTEGER NOT NULL DEFAULT 0,
    "duration_ms" INTEGER,
    "width" INTEGER,
    "height" INTEGER,
    "frame_rate" DOUBLE PRECISION,
    "poster_key" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "playable_at" TIMESTAMPTZ(3),
    "ready_at" TIMESTAMPTZ(3),

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
    "fraction" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "fps" DOUBLE PRECISION,
    "speed" DOUBLE PRECISION,
    "eta_ms" INTEGER,
    "frames" INTEGER NOT NULL DEFAULT 0,
    "size_bytes" BIGINT NOT NULL DEFAULT 0,
    "skip_reason" TEXT,
    "error_code" TEXT,
    "error_message" TEXT,
    "error_retriable" BOOLEAN,
    "attempt_id" UUID,
    "playlist" JSONB,
    "ready_at" TIMESTAMPTZ(3),

    CONSTRAINT "variants_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audio_tracks" (
    "video_id" UUID NOT NULL,
    "codec" TEXT NOT NULL,
    "channels" INTEGER NOT NULL,
    "language" TEXT,
    "attempt_id" UUID NOT NULL,
    "playlist" JSONB,

    CONSTRAINT "audio_tracks_pkey" PRIMARY KEY ("video_id")
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
    "error_code" TEXT,
    "error_message" TEXT,
    "error_scope" TEXT,
    "cancel_requested_at" TIMESTAMPTZ(3),
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
    "kind" "TaskKind" NOT NULL,
    "pool" "Pool" NOT NULL,
    "status" "JobStatus" NOT NULL DEFAULT 'PENDING',
    "tries" INTEGER NOT NULL DEFAULT 0,
    "max_tries" INTEGER NOT NULL DEFAULT 3,
    "available_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
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
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "attempts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "events" (
    "id" BIGSERIAL NOT NULL,
    "workspace_id" UUID NOT NULL,
    "video_id" UUID NOT NULL,
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
    "ffmpeg_version" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
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
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("workspace_id","key")
);

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_hash_key" ON "api_keys"("hash");

-- CreateIndex
CREATE INDEX "api_keys_workspace_id_id_idx" ON "api_keys"("workspace_id", "id");

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
CREATE INDEX "jobs_workspace_id_created_at_id_idx" ON "jobs"("workspace_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "jobs_video_id_created_at_idx" ON "jobs"("video_id", "created_at");

-- CreateIndex
CREATE INDEX "jobs_status_priority_queued_at_idx" ON "jobs"("status", "priority", "queued_at");

-- CreateIndex
CREATE INDEX "tasks_job_id_idx" ON "tasks"("job_id");

-- CreateIndex
CREATE INDEX "tasks_status_available_at_idx" ON "tasks"("status", "available_at");

-- CreateIndex
CREATE INDEX "attempts_worker_id_started_at_idx" ON "attempts"("worker_id", "started_at");

-- CreateIndex
CREATE UNIQUE INDEX "attempts_task_id_number_key" ON "attempts"("task_id", "number");

-- CreateIndex
CREATE INDEX "events_workspace_id_id_idx" ON "events"("workspace_id", "id");

-- CreateIndex
CREATE INDEX "events_video_id_id_idx" ON "events"("video_id", "id");

-- CreateIndex
CREATE INDEX "outbox_available_at_id_idx" ON "outbox"("available_at", "id");

-- CreateIndex
CREATE INDEX "workers_last_seen_at_idx" ON "workers"("last_seen_at");

-- CreateIndex
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "videos" ADD CONSTRAINT "videos_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sources" ADD CONSTRAINT "sources_video_id_fkey" FOREIGN KEY ("video_id") REFERENCES "videos"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "variants" ADD CONSTRAINT "variants_video_id_fkey" FOREIGN KEY ("video_id") REFERENCES "videos"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audio_tracks" ADD CONSTRAINT "audio_tracks_video_id_fkey" FOREIGN KEY ("video_id") REFERENCES "videos"("id") ON DELETE CASCADE ON UPDATE CASCADE;

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
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- Invariants that the schema language cannot say ------------------------------------------------------------------

-- At most one job of a video is under way.
CREATE UNIQUE INDEX "jobs_one_active_per_video" ON "jobs" ("video_id") WHERE "status" IN ('PENDING', 'QUEUED', 'RUNNING');

-- At most one attempt of a task holds the lease.
CREATE UNIQUE INDEX "attempts_one_open_per_task" ON "attempts" ("task_id") WHERE "outcome" IS NULL;

-- What the sweeper looks for: open attempts by the end of their lease.
CREATE INDEX "attempts_open_by_lease" ON "attempts" ("lease_until") WHERE "outcome" IS NULL;

ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_have_a_scope" CHECK (cardinality("scopes") > 0);

ALTER TABLE "videos"
  ADD CONSTRAINT "videos_title_length" CHECK (char_length("title") BETWEEN 1 AND 500),
  ADD CONSTRAINT "videos_metadata_is_small_object" CHECK (jsonb_typeof("metadata") = 'object' AND octet_length("metadata"::text) <= 131072),
  ADD CONSTRAINT "videos_playable_since" CHECK ("status" NOT IN ('PLAYABLE', 'READY') OR "playable_at" IS NOT NULL),
  ADD CONSTRAINT "videos_ready_since" CHECK ("status" <> 'READY' OR "ready_at" IS NOT NULL),
  ADD CONSTRAINT "videos_failed_why" CHECK ("status" <> 'FAILED' OR "error_code" IS NOT NULL);

ALTER TABLE "sources"
  ADD CONSTRAINT "sources_url_or_upload" CHECK (
    ("kind" = 'URL' AND "url" IS NOT NULL)
    OR ("kind" = 'UPLOAD' AND "upload_protocol" IS NOT NULL AND "upload_expires_at" IS NOT NULL AND "size_bytes" > 0));

ALTER TABLE "variants"
  ADD CONSTRAINT "variants_fraction_range" CHECK ("fraction" BETWEEN 0 AND 1),
  ADD CONSTRAINT "variants_ready_has_playlist" CHECK ("status" <> 'READY' OR "playlist" IS NOT NULL),
  ADD CONSTRAINT "variants_skipped_why" CHECK ("status" <> 'SKIPPED' OR "skip_reason" IS NOT NULL),
  ADD CONSTRAINT "variants_failed_why" CHECK ("status" <> 'FAILED' OR "error_code" IS NOT NULL);

ALTER TABLE "jobs"
  ADD CONSTRAINT "jobs_end_once_terminal" CHECK (("status" IN ('SUCCEEDED', 'FAILED', 'CANCELED')) = ("ended_at" IS NOT NULL)),
  ADD CONSTRAINT "jobs_failed_why" CHECK ("status" <> 'FAILED' OR "error_code" IS NOT NULL);

ALTER TABLE "tasks"
  ADD CONSTRAINT "tasks_end_once_terminal" CHECK (("status" IN ('SUCCEEDED', 'FAILED', 'CANCELED')) = ("ended_at" IS NOT NULL)),
  ADD CONSTRAINT "tasks_tries_range" CHECK ("tries" BETWEEN 0 AND "max_tries");

ALTER TABLE "attempts"
  ADD CONSTRAINT "attempts_end_with_outcome" CHECK (("outcome" IS NULL) = ("ended_at" IS NULL)),
  ADD CONSTRAINT "attempts_number_from_one" CHECK ("number" >= 1);

-- Terminal states absorb: a job, task or attempt that has ended never changes its end again. --------------------------

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

-- The event log is append-only (whole old entries may be deleted). ----------------------------------------------------

CREATE FUNCTION "refuse_event_update"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'event % is history, it cannot be changed', OLD."id" USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER "events_are_history" BEFORE UPDATE ON "events" FOR EACH ROW EXECUTE FUNCTION "refuse_event_update"();

-- Wake-ups: API processes LISTEN to these; both have a polling fallback, so a lost one costs time only. ---------------

CREATE FUNCTION "notify_video_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('reelay_video_changed', NEW."video_id"::text);
  RETURN NULL;
END $$;

CREATE TRIGGER "events_notify" AFTER INSERT ON "events" FOR EACH ROW EXECUTE FUNCTION "notify_video_changed"();

CREATE FUNCTION "notify_outbox"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('reelay_outbox', '');
  RETURN NULL;
END $$;

CREATE TRIGGER "outbox_notify" AFTER INSERT ON "outbox" FOR EACH STATEMENT EXECUTE FUNCTION "notify_outbox"();
