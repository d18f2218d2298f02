-- AlterTable
ALTER TABLE "attempts" ADD COLUMN     "idle_micros" BIGINT;

-- AlterTable
ALTER TABLE "launches" ADD COLUMN     "charged_at" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "join_tokens_worker_id_idx" ON "join_tokens"("worker_id");

-- CreateIndex
CREATE INDEX "launches_charged_at_ended_at_idx" ON "launches"("charged_at", "ended_at");

-- Machines that ended before are not charged to jobs afterwards.
UPDATE "launches" SET "charged_at" = "ended_at" WHERE "ended_at" IS NOT NULL;
