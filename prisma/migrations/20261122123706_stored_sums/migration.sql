-- AlterEnum
ALTER TYPE "JobKind" ADD VALUE 'REPAIR';

-- AlterTable
ALTER TABLE "videos" ADD COLUMN     "scrubbed_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "jobs" ADD COLUMN     "repairs" TEXT[] DEFAULT ARRAY[]::TEXT[];

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

-- CreateIndex
CREATE INDEX "stored_folders_video_id_idx" ON "stored_folders"("video_id");

-- CreateIndex
CREATE INDEX "stored_folders_retired_at_idx" ON "stored_folders"("retired_at");

-- AddForeignKey
ALTER TABLE "stored_folders" ADD CONSTRAINT "stored_folders_video_id_fkey" FOREIGN KEY ("video_id") REFERENCES "videos"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "damages" ADD CONSTRAINT "damages_video_id_fkey" FOREIGN KEY ("video_id") REFERENCES "videos"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The scrub asks for the video that it has not looked at for longest.
CREATE INDEX "videos_scrub_idx" ON "videos" (coalesce("scrubbed_at", "ready_at"), "id") WHERE "status" = 'READY';
