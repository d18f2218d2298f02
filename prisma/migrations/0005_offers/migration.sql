-- A worker's description becomes one value, `Offer` of contracts/, and what a task needs another, `Requirements`.

-- Live workers report again within five seconds.
DELETE FROM "workers";

ALTER TABLE "workers" DROP COLUMN "capabilities",
DROP COLUMN "cpus",
DROP COLUMN "device_codecs",
DROP COLUMN "encoders",
DROP COLUMN "ffmpeg_version",
DROP COLUMN "jail_level",
DROP COLUMN "jail_reason",
DROP COLUMN "knows",
DROP COLUMN "memory_bytes",
DROP COLUMN "said_at",
ADD COLUMN     "offer" JSONB NOT NULL,
ADD COLUMN     "reported_at" TIMESTAMPTZ(3);

DROP TYPE "JailLevel";

ALTER TABLE "tasks" ADD COLUMN     "requirements" JSONB;

-- Tasks that make variants encode the codecs of their job's profile.
UPDATE "tasks" SET "requirements" = jsonb_strip_nulls(jsonb_build_object(
  'version', 1, 'runtime', 'ffmpeg', 'memoryBytes', "needs_memory_bytes")) || CASE
  WHEN "tasks"."kind" IN ('RENDER', 'CHUNK', 'AUDIO') THEN jsonb_build_object('gpu', 'PREFERRED', 'codecs', (
    SELECT coalesce(jsonb_agg(DISTINCT rung->>'codec'), '[]') FROM "jobs", jsonb_array_elements("jobs"."profile"->'rungs') AS rung
    WHERE "jobs"."id" = "tasks"."job_id"))
  ELSE '{}' END;

ALTER TABLE "tasks" ALTER COLUMN "requirements" SET NOT NULL,
  ADD CONSTRAINT "tasks_requirements_are_versioned" CHECK (("requirements"->>'version')::int >= 1 AND "requirements"->>'runtime' <> '');

-- With the column goes the index on it: tasks that a worker returned for lack of memory.
ALTER TABLE "tasks" DROP COLUMN "needs_memory_bytes";
CREATE INDEX "tasks_needing_memory" ON "tasks" ("available_at") WHERE "status" = 'QUEUED' AND "requirements" ? 'memoryBytes';
