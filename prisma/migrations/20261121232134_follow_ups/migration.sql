-- AlterEnum
ALTER TYPE "JobKind" ADD VALUE 'POSTER';
ALTER TYPE "JobKind" ADD VALUE 'PREVIEW';
ALTER TYPE "JobKind" ADD VALUE 'DOWNLOAD';

-- AlterEnum
ALTER TYPE "TaskKind" ADD VALUE 'POSTER';
ALTER TYPE "TaskKind" ADD VALUE 'PREVIEW';

-- AlterTable
ALTER TABLE "videos" ADD COLUMN     "poster_at_ms" INTEGER,
ADD COLUMN     "preview" JSONB;

-- AlterTable
ALTER TABLE "workers" ADD COLUMN     "knows" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- At most one job of a video and kind is under way: what is asked for besides does not wait for the render.
DROP INDEX "jobs_one_active_per_video";
CREATE UNIQUE INDEX "jobs_one_active_per_video_and_kind" ON "jobs" ("video_id", "kind") WHERE "status" IN ('PENDING', 'QUEUED', 'RUNNING');
