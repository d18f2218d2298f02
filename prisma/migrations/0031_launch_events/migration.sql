-- AlterTable
ALTER TABLE "launch_waits" ADD COLUMN     "is_stuck" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "reached_budgets" (
    "workspace_id" UUID NOT NULL,
    "period" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "limit_micros" BIGINT NOT NULL,
    "job_id" UUID NOT NULL,

    CONSTRAINT "reached_budgets_pkey" PRIMARY KEY ("workspace_id","period","since","limit_micros","job_id")
);

-- CreateIndex
CREATE INDEX "reached_budgets_since_idx" ON "reached_budgets"("since");
