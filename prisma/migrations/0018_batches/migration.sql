-- Batches: rows of a table that become videos of a template.
-- CreateEnum
CREATE TYPE "BatchStatus" AS ENUM ('CHECKING', 'CHECKED', 'RUNNING', 'PAUSED', 'SUCCEEDED', 'PARTIAL', 'CANCELED', 'FAILED');

-- CreateEnum
CREATE TYPE "BatchRowStatus" AS ENUM ('VALID', 'INVALID', 'DUPLICATE', 'QUEUED', 'RUNNING', 'READY', 'FAILED', 'CANCELED');

-- AlterEnum
ALTER TYPE "MaterialKind" ADD VALUE 'TABLE';

-- CreateTable
CREATE TABLE "batches" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "title" TEXT NOT NULL,
    "status" "BatchStatus" NOT NULL DEFAULT 'CHECKING',
    "settings" JSONB NOT NULL,
    "source_key" TEXT NOT NULL,
    "max_active" INTEGER NOT NULL,
    "starts_by_itself" BOOLEAN NOT NULL,
    "total" INTEGER,
    "checked_rows" INTEGER NOT NULL DEFAULT 0,
    "check_tries" INTEGER NOT NULL DEFAULT 0,
    "estimate" JSONB,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),
    "served_at" TIMESTAMPTZ(3),
    "wait_reason" TEXT,
    "wait_until" TIMESTAMPTZ(3),
    "error" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "checked_at" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "manifest_at" TIMESTAMPTZ(3),

    CONSTRAINT "batches_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "batch_rows" (
    "id" UUID NOT NULL,
    "batch_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "line" INTEGER NOT NULL,
    "lines" INTEGER NOT NULL,
    "status" "BatchRowStatus" NOT NULL,
    "title" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "settings" JSONB NOT NULL,
    "duplicate_of" INTEGER,
    "video_id" UUID,
    "error" JSONB,
    "changed_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "batch_rows_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "batch_issues" (
    "id" UUID NOT NULL,
    "batch_id" UUID NOT NULL,
    "row_id" UUID,
    "position" INTEGER NOT NULL,
    "line" INTEGER,
    "column" TEXT,
    "code" TEXT NOT NULL,
    "message" TEXT NOT NULL,

    CONSTRAINT "batch_issues_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "batches_workspace_id_created_at_id_idx" ON "batches"("workspace_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "batch_rows_batch_id_status_position_idx" ON "batch_rows"("batch_id", "status", "position");

-- CreateIndex
CREATE INDEX "batch_rows_batch_id_changed_at_idx" ON "batch_rows"("batch_id", "changed_at");

-- CreateIndex
CREATE UNIQUE INDEX "batch_rows_batch_id_position_key" ON "batch_rows"("batch_id", "position");

-- CreateIndex
CREATE INDEX "batch_issues_row_id_idx" ON "batch_issues"("row_id");

-- CreateIndex
CREATE UNIQUE INDEX "batch_issues_batch_id_position_key" ON "batch_issues"("batch_id", "position");

-- AddForeignKey
ALTER TABLE "batches" ADD CONSTRAINT "batches_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "batch_rows" ADD CONSTRAINT "batch_rows_batch_id_fkey" FOREIGN KEY ("batch_id") REFERENCES "batches"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "batch_rows" ADD CONSTRAINT "batch_rows_video_id_fkey" FOREIGN KEY ("video_id") REFERENCES "videos"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "batch_issues" ADD CONSTRAINT "batch_issues_batch_id_fkey" FOREIGN KEY ("batch_id") REFERENCES "batches"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "batch_issues" ADD CONSTRAINT "batch_issues_row_id_fkey" FOREIGN KEY ("row_id") REFERENCES "batch_rows"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- A check with its end, an end with its time, and a failure with its reason.
ALTER TABLE "batches"
  ADD CONSTRAINT "batches_status" CHECK (
    ("checked_at" IS NOT NULL OR "status" IN ('CHECKING', 'CANCELED', 'FAILED'))
    AND ("started_at" IS NOT NULL OR "status" IN ('CHECKING', 'CHECKED', 'CANCELED', 'FAILED'))
    AND (("ended_at" IS NOT NULL) = ("status" IN ('SUCCEEDED', 'PARTIAL', 'CANCELED', 'FAILED')))
    AND (("error" IS NOT NULL) = ("status" = 'FAILED'))
    AND "max_active" > 0 AND "checked_rows" >= 0);

-- Rows that cannot be made have no video, and a failed one has its reason.
ALTER TABLE "batch_rows"
  ADD CONSTRAINT "batch_rows_status" CHECK (
    ("video_id" IS NULL OR "status" NOT IN ('INVALID', 'DUPLICATE'))
    AND (("error" IS NOT NULL) = ("status" = 'FAILED'))
    AND (("duplicate_of" IS NOT NULL) = ("status" = 'DUPLICATE')));

-- Every process looks for batches to work on.
CREATE INDEX "batches_at_work" ON "batches"("served_at" NULLS FIRST) WHERE "status" IN ('CHECKING', 'RUNNING', 'PAUSED', 'CANCELED');

-- A row has one video, and a video one row.
CREATE UNIQUE INDEX "batch_rows_video" ON "batch_rows"("video_id") WHERE "video_id" IS NOT NULL;

-- Of the rows that may have a video, none has the key of another.
CREATE UNIQUE INDEX "batch_rows_key" ON "batch_rows"("batch_id", "key") WHERE "status" NOT IN ('INVALID', 'DUPLICATE');

-- The transitions of contracts/transitions.ts.
CREATE FUNCTION "refuse_batch_transition"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT coalesce(NEW."status"::text = ANY (CASE OLD."status"
    WHEN 'CHECKING' THEN ARRAY['CHECKED', 'FAILED', 'CANCELED']
    WHEN 'CHECKED' THEN ARRAY['RUNNING', 'CHECKING', 'CANCELED']
    WHEN 'RUNNING' THEN ARRAY['PAUSED', 'SUCCEEDED', 'PARTIAL', 'CANCELED']
    WHEN 'PAUSED' THEN ARRAY['RUNNING', 'CHECKING', 'SUCCEEDED', 'PARTIAL', 'CANCELED']
    WHEN 'PARTIAL' THEN ARRAY['RUNNING', 'CHECKING']
    WHEN 'CANCELED' THEN ARRAY['RUNNING', 'CHECKING']
    ELSE ARRAY['CHECKING'] END), false) THEN
    RAISE EXCEPTION 'batch % is %, it cannot become %', OLD."id", OLD."status", NEW."status"
      USING ERRCODE = 'check_violation', CONSTRAINT = 'batches_transitions';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER "batches_transitions" BEFORE UPDATE OF "status" ON "batches" FOR EACH ROW
  WHEN (NEW."status" <> OLD."status") EXECUTE FUNCTION "refuse_batch_transition"();

CREATE FUNCTION "refuse_batch_row_transition"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT coalesce(NEW."status"::text = ANY (CASE OLD."status"
    WHEN 'VALID' THEN ARRAY['QUEUED', 'RUNNING', 'READY', 'FAILED', 'CANCELED']
    WHEN 'QUEUED' THEN ARRAY['RUNNING', 'READY', 'FAILED', 'CANCELED']
    WHEN 'RUNNING' THEN ARRAY['QUEUED', 'READY', 'FAILED', 'CANCELED']
    WHEN 'READY' THEN ARRAY['QUEUED', 'RUNNING']
    WHEN 'FAILED' THEN ARRAY['VALID', 'QUEUED', 'RUNNING']
    WHEN 'CANCELED' THEN ARRAY['VALID', 'QUEUED', 'RUNNING']
    END), false) THEN
    RAISE EXCEPTION 'batch row % is %, it cannot become %', OLD."id", OLD."status", NEW."status"
      USING ERRCODE = 'check_violation', CONSTRAINT = 'batch_rows_transitions';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER "batch_rows_transitions" BEFORE UPDATE OF "status" ON "batch_rows" FOR EACH ROW
  WHEN (NEW."status" <> OLD."status") EXECUTE FUNCTION "refuse_batch_row_transition"();

-- ---- Rows follow their videos, in the transaction that changes these ------------------------------------------------

CREATE FUNCTION "follow_video_of_batch_row"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  "next" "BatchRowStatus" := CASE NEW."status"
    WHEN 'READY' THEN 'READY'
    WHEN 'FAILED' THEN CASE WHEN NEW."error"->>'code' = 'JOB_CANCELED' THEN 'CANCELED' ELSE 'FAILED' END
    WHEN 'PLAYABLE' THEN 'RUNNING'
    ELSE 'QUEUED' END;
BEGIN
  UPDATE "batch_rows" SET "status" = "next",
    "error" = CASE WHEN "next" = 'FAILED' THEN NEW."error" END,
    "ended_at" = CASE WHEN NEW."status" IN ('READY', 'FAILED') THEN clock_timestamp() END,
    "changed_at" = clock_timestamp()
  WHERE "video_id" = NEW."id" AND "status" <> "next" AND NOT ("status" = 'RUNNING' AND "next" = 'QUEUED');
  RETURN NULL;
END $$;

CREATE TRIGGER "batch_rows_follow_videos" AFTER UPDATE OF "status" ON "videos" FOR EACH ROW
  WHEN (NEW."status" <> OLD."status") EXECUTE FUNCTION "follow_video_of_batch_row"();

-- A worker took the video's job, or it went back to the queue. Only jobs of this kind render videos of templates.
CREATE FUNCTION "follow_job_of_batch_row"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "batch_rows" SET "status" = NEW."status"::text::"BatchRowStatus", "changed_at" = clock_timestamp()
  WHERE "video_id" = NEW."video_id"
    AND "status" = CASE NEW."status" WHEN 'RUNNING' THEN 'QUEUED' ELSE 'RUNNING' END::"BatchRowStatus";
  RETURN NULL;
END $$;

CREATE TRIGGER "batch_rows_follow_jobs" AFTER UPDATE OF "status" ON "jobs" FOR EACH ROW
  WHEN (NEW."kind" = 'COMPOSITION' AND NEW."status" <> OLD."status" AND NEW."status" IN ('QUEUED', 'RUNNING'))
  EXECUTE FUNCTION "follow_job_of_batch_row"();

-- The row of an unfinished video that is deleted ends with it.
CREATE FUNCTION "end_batch_row"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "batch_rows" SET
    "status" = CASE WHEN "status" IN ('VALID', 'QUEUED', 'RUNNING') THEN 'CANCELED' ELSE "status" END,
    "ended_at" = coalesce("ended_at", clock_timestamp()),
    "changed_at" = clock_timestamp()
  WHERE "video_id" = OLD."id";
  RETURN OLD;
END $$;

CREATE TRIGGER "batch_rows_outlive_videos" BEFORE DELETE ON "videos" FOR EACH ROW EXECUTE FUNCTION "end_batch_row"();

-- ---- Notifications: there is work, or news for viewers --------------------------------------------------------------

CREATE FUNCTION "notify_batches"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('reelay_batches', "changed"."id"::text) FROM (SELECT DISTINCT "id" FROM "new_rows") "changed";
  RETURN NULL;
END $$;

CREATE TRIGGER "batches_notify" AFTER INSERT ON "batches" REFERENCING NEW TABLE AS "new_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "notify_batches"();

CREATE TRIGGER "batches_notify_changes" AFTER UPDATE ON "batches" REFERENCING NEW TABLE AS "new_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "notify_batches"();

CREATE FUNCTION "notify_batch_rows"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('reelay_batches', "changed"."batch_id"::text) FROM (SELECT DISTINCT "batch_id" FROM "new_rows") "changed";
  RETURN NULL;
END $$;

CREATE TRIGGER "batch_rows_notify" AFTER UPDATE ON "batch_rows" REFERENCING NEW TABLE AS "new_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "notify_batch_rows"();
