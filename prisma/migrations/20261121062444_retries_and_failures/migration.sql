-- AlterTable
ALTER TABLE "videos" ADD COLUMN     "error_attempt_id" UUID,
ADD COLUMN     "error_retriable" BOOLEAN;

-- AlterTable
ALTER TABLE "variants" ADD COLUMN     "error_attempt_id" UUID,
ADD COLUMN     "error_scope" TEXT;

-- AlterTable
ALTER TABLE "jobs" ADD COLUMN     "error_attempt_id" UUID,
ADD COLUMN     "error_retriable" BOOLEAN,
ADD COLUMN     "is_superseded" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "only_variants" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "idempotency_keys" ADD COLUMN     "progress" JSONB;

-- CreateIndex
CREATE INDEX "jobs_workspace_id_status_created_at_id_idx" ON "jobs"("workspace_id", "status", "created_at", "id");

-- What older rows are, as far as they can tell ------------------------------------------------------------------------

UPDATE "jobs" SET "is_superseded" = true
WHERE EXISTS (SELECT 1 FROM "jobs" newer WHERE newer."video_id" = "jobs"."video_id" AND (newer."created_at", newer."id") > ("jobs"."created_at", "jobs"."id"));

-- A failed job's error is that of its last attempt that ended badly.
UPDATE "jobs" SET "error_attempt_id" = last."id", "error_retriable" = last."error_retriable"
FROM (
  SELECT DISTINCT ON (t."job_id") t."job_id", a."id", a."error_code", a."error_retriable"
  FROM "attempts" a JOIN "tasks" t ON t."id" = a."task_id"
  ORDER BY t."job_id", a."number" DESC
) last
WHERE last."job_id" = "jobs"."id" AND last."error_code" = "jobs"."error_code";

UPDATE "videos" SET "error_attempt_id" = last."error_attempt_id", "error_retriable" = last."error_retriable"
FROM (
  SELECT DISTINCT ON ("video_id") "video_id", "error_code", "error_attempt_id", "error_retriable"
  FROM "jobs" ORDER BY "video_id", "created_at" DESC, "id" DESC
) last
WHERE last."video_id" = "videos"."id" AND last."error_code" = "videos"."error_code";

UPDATE "variants" SET "error_attempt_id" = a."id", "error_scope" = a."error_scope"
FROM "attempts" a
WHERE a."id" = "variants"."attempt_id" AND a."error_code" = "variants"."error_code";
