-- AlterTable
ALTER TABLE "tasks" ADD COLUMN     "hand_backs" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "needs_memory_bytes" BIGINT,
ADD COLUMN     "out_of_memory" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "attempts" ADD COLUMN     "cpu_seconds" DOUBLE PRECISION,
ADD COLUMN     "peak_memory_bytes" BIGINT,
ADD COLUMN     "waits_for_memory" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "wall_seconds" DOUBLE PRECISION;

-- AlterTable
ALTER TABLE "workers" ADD COLUMN     "cpus" DOUBLE PRECISION,
ADD COLUMN     "memory_bytes" BIGINT;

-- What was handed back for lack of memory is looked at again and again while it waits; hardly ever is there any.
CREATE INDEX "tasks_needing_memory" ON "tasks" ("available_at") WHERE "status" = 'QUEUED' AND "needs_memory_bytes" IS NOT NULL;
