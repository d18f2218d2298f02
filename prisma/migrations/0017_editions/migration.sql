-- CreateEnum
CREATE TYPE "EditionStatus" AS ENUM ('RENDERING', 'PUBLISHED', 'REPLACED', 'FAILED', 'CANCELED');

-- AlterTable
ALTER TABLE "videos" ADD COLUMN     "edition" INTEGER NOT NULL DEFAULT 1;

-- AlterTable
ALTER TABLE "jobs" ADD COLUMN     "edition_id" UUID;

-- CreateTable
CREATE TABLE "editions" (
    "id" UUID NOT NULL,
    "video_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "status" "EditionStatus" NOT NULL DEFAULT 'RENDERING',
    "filename" TEXT NOT NULL,
    "content_type" TEXT,
    "size_bytes" BIGINT NOT NULL,
    "object_key" TEXT NOT NULL,
    "params" JSONB NOT NULL,
    "error" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "published_at" TIMESTAMPTZ(3),
    "replaced_at" TIMESTAMPTZ(3),
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "editions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "edition_parts" (
    "edition_id" UUID NOT NULL,
    "rendition" TEXT NOT NULL,
    "start_ms" INTEGER NOT NULL,
    "end_ms" INTEGER,
    "attempt_id" UUID NOT NULL,
    "init_key" TEXT NOT NULL,
    "init_sha256" TEXT NOT NULL,
    "codecs" TEXT NOT NULL,
    "segments" JSONB NOT NULL,
    "drawn" JSONB,
    "recipe" TEXT,

    CONSTRAINT "edition_parts_pkey" PRIMARY KEY ("edition_id","rendition","start_ms")
);

-- CreateIndex
CREATE UNIQUE INDEX "editions_video_id_number_key" ON "editions"("video_id", "number");

-- CreateIndex
CREATE INDEX "jobs_edition_id_idx" ON "jobs"("edition_id");

-- AddForeignKey
ALTER TABLE "editions" ADD CONSTRAINT "editions_video_id_fkey" FOREIGN KEY ("video_id") REFERENCES "videos"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "edition_parts" ADD CONSTRAINT "edition_parts_edition_id_fkey" FOREIGN KEY ("edition_id") REFERENCES "editions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_edition_id_fkey" FOREIGN KEY ("edition_id") REFERENCES "editions"("id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "videos" ADD CONSTRAINT "videos_edition_from_one" CHECK ("edition" >= 1);

ALTER TABLE "editions"
  ADD CONSTRAINT "editions_number_from_one" CHECK ("number" >= 1),
  ADD CONSTRAINT "editions_published_since" CHECK (("status" IN ('PUBLISHED', 'REPLACED')) = ("published_at" IS NOT NULL)),
  ADD CONSTRAINT "editions_replaced_since" CHECK (("status" = 'REPLACED') = ("replaced_at" IS NOT NULL)),
  ADD CONSTRAINT "editions_failed_why" CHECK ("status" <> 'FAILED' OR "error" IS NOT NULL),
  ADD CONSTRAINT "editions_error_is_recorded" CHECK ("error" IS NULL OR "is_recorded_error"("error")),
  ADD CONSTRAINT "editions_params_are_versioned" CHECK (jsonb_typeof("params"->'version') IS NOT DISTINCT FROM 'number');

-- Viewers get exactly one edition, and at most one is on its way.
CREATE UNIQUE INDEX "editions_one_published_per_video" ON "editions" ("video_id") WHERE "status" = 'PUBLISHED';
CREATE UNIQUE INDEX "editions_one_rendering_per_video" ON "editions" ("video_id") WHERE "status" = 'RENDERING';

-- For the sweep.
CREATE INDEX "editions_kept" ON "editions" ("replaced_at") WHERE "status" = 'REPLACED' AND "removed_at" IS NULL;
CREATE INDEX "editions_given_up" ON "editions" ("video_id", "number") WHERE "status" IN ('FAILED', 'CANCELED') AND "removed_at" IS NULL;

-- `editionTransitions` and `editionRetries` of contracts/: what was published never renders again.
CREATE FUNCTION "refuse_edition_transition"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'edition % is %, it cannot become %', OLD."id", OLD."status", NEW."status"
    USING ERRCODE = 'check_violation', CONSTRAINT = 'editions_follow_their_states';
END $$;

CREATE TRIGGER "editions_follow_their_states" BEFORE UPDATE OF "status" ON "editions" FOR EACH ROW
  WHEN (OLD."status" <> NEW."status" AND NOT (
    (OLD."status" = 'RENDERING' AND NEW."status" IN ('PUBLISHED', 'FAILED', 'CANCELED'))
    OR (OLD."status" = 'PUBLISHED' AND NEW."status" = 'REPLACED')
    OR (OLD."status" IN ('FAILED', 'CANCELED') AND NEW."status" = 'RENDERING')))
  EXECUTE FUNCTION "refuse_edition_transition"();
