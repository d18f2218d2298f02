-- AlterEnum
ALTER TYPE "TaskKind" ADD VALUE 'CHUNK';
ALTER TYPE "TaskKind" ADD VALUE 'AUDIO';

-- AlterTable
ALTER TABLE "jobs" ADD COLUMN     "plan" JSONB;

-- AlterTable
ALTER TABLE "tasks" ADD COLUMN     "due_at" TIMESTAMPTZ(3),
ADD COLUMN     "end_ms" INTEGER,
ADD COLUMN     "is_rest" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "progress" JSONB,
ADD COLUMN     "renditions" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "start_ms" INTEGER NOT NULL DEFAULT 0;

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

-- AddForeignKey
ALTER TABLE "parts" ADD CONSTRAINT "parts_video_id_fkey" FOREIGN KEY ("video_id") REFERENCES "videos"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma cannot say ----------------------------------------------------------------------------------------------

UPDATE "tasks" SET "due_at" = "queued_at";
ALTER TABLE "tasks" DROP CONSTRAINT "tasks_queued_since";
ALTER TABLE "tasks"
  ADD CONSTRAINT "tasks_queued_since" CHECK ("status" <> 'QUEUED' OR ("queued_at" IS NOT NULL AND "due_at" IS NOT NULL)),
  ADD CONSTRAINT "tasks_span" CHECK ("start_ms" >= 0 AND ("end_ms" IS NULL OR "end_ms" > "start_ms"));

-- The queue, in the order in which the dispatcher reads it: first tasks before the rest, lane, workspace, what is needed first.
DROP INDEX "tasks_waiting";
CREATE INDEX "tasks_waiting" ON "tasks" ("pool", "is_rest", "priority", "workspace_id", "due_at", "id")
  WHERE "status" = 'QUEUED' AND "dispatched_at" IS NULL;
