-- The error columns of videos, variants, jobs and attempts become one value: `RecordedError` of contracts/.

CREATE FUNCTION "is_recorded_error"("error" jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(
    jsonb_typeof("error"->'code') = 'string' AND "error"->>'code' ~ '^[A-Z][A-Z0-9_]*$'
    AND jsonb_typeof("error"->'message') = 'string' AND "error"->>'message' <> ''
    AND "error"->>'scope' IN ('INPUT', 'WORKER', 'STORAGE', 'QUOTA', 'INTERNAL')
    AND jsonb_typeof("error"->'retriable') = 'boolean'
    AND jsonb_typeof(coalesce("error"->'attemptId', '""')) = 'string', false)
$$;

ALTER TABLE "videos" ADD COLUMN     "error" JSONB;
ALTER TABLE "variants" ADD COLUMN     "error" JSONB;
ALTER TABLE "jobs" ADD COLUMN     "error" JSONB;
ALTER TABLE "attempts" ADD COLUMN     "error" JSONB;

-- Rows from before scope and retriability were stored have neither.
UPDATE "videos" SET "error" = jsonb_strip_nulls(jsonb_build_object(
  'code', "error_code", 'message', coalesce(nullif("error_message", ''), "error_code"),
  'scope', coalesce("error_scope", 'INTERNAL'), 'retriable', coalesce("error_retriable", false),
  'attemptId', "error_attempt_id"))
WHERE "error_code" IS NOT NULL;
UPDATE "variants" SET "error" = jsonb_strip_nulls(jsonb_build_object(
  'code', "error_code", 'message', coalesce(nullif("error_message", ''), "error_code"),
  'scope', coalesce("error_scope", 'INTERNAL'), 'retriable', coalesce("error_retriable", false),
  'attemptId', "error_attempt_id"))
WHERE "error_code" IS NOT NULL;
UPDATE "jobs" SET "error" = jsonb_strip_nulls(jsonb_build_object(
  'code', "error_code", 'message', coalesce(nullif("error_message", ''), "error_code"),
  'scope', coalesce("error_scope", 'INTERNAL'), 'retriable', coalesce("error_retriable", false),
  'attemptId', "error_attempt_id"))
WHERE "error_code" IS NOT NULL;
UPDATE "attempts" SET "error" = jsonb_strip_nulls(jsonb_build_object(
  'code', "error_code", 'message', coalesce(nullif("error_message", ''), "error_code"),
  'scope', coalesce("error_scope", 'INTERNAL'), 'retriable', coalesce("error_retriable", false)))
WHERE "error_code" IS NOT NULL;

-- With the columns go the constraints on them.
ALTER TABLE "videos" DROP COLUMN "error_code",
DROP COLUMN "error_message",
DROP COLUMN "error_scope",
DROP COLUMN "error_retriable",
DROP COLUMN "error_attempt_id";
ALTER TABLE "variants" DROP COLUMN "error_code",
DROP COLUMN "error_message",
DROP COLUMN "error_scope",
DROP COLUMN "error_retriable",
DROP COLUMN "error_attempt_id";
ALTER TABLE "jobs" DROP COLUMN "error_code",
DROP COLUMN "error_message",
DROP COLUMN "error_scope",
DROP COLUMN "error_retriable",
DROP COLUMN "error_attempt_id";
ALTER TABLE "attempts" DROP COLUMN "error_code",
DROP COLUMN "error_message",
DROP COLUMN "error_scope",
DROP COLUMN "error_retriable";

ALTER TABLE "videos"
  ADD CONSTRAINT "videos_failed_why" CHECK ("status" <> 'FAILED' OR "error" IS NOT NULL),
  ADD CONSTRAINT "videos_error_is_recorded" CHECK ("error" IS NULL OR "is_recorded_error"("error"));
ALTER TABLE "variants"
  ADD CONSTRAINT "variants_failed_why" CHECK ("status" <> 'FAILED' OR "error" IS NOT NULL),
  ADD CONSTRAINT "variants_error_is_recorded" CHECK ("error" IS NULL OR "is_recorded_error"("error"));
ALTER TABLE "jobs"
  ADD CONSTRAINT "jobs_failed_why" CHECK ("status" <> 'FAILED' OR "error" IS NOT NULL),
  ADD CONSTRAINT "jobs_error_is_recorded" CHECK ("error" IS NULL OR "is_recorded_error"("error"));
ALTER TABLE "attempts"
  ADD CONSTRAINT "attempts_error_is_recorded" CHECK ("error" IS NULL OR "is_recorded_error"("error"));
