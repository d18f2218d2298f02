-- Attempts keep the prices that they are billed by and what they cost; jobs what they spent and reserved;
-- workspaces their budgets and what they spent by the hour. Finished jobs leave samples for estimates.
-- AlterTable
ALTER TABLE "workspaces" ADD COLUMN     "max_day_micros" BIGINT,
ADD COLUMN     "max_job_micros" BIGINT,
ADD COLUMN     "max_month_micros" BIGINT;

-- AlterTable
ALTER TABLE "jobs" ADD COLUMN     "reserved_micros" BIGINT,
ADD COLUMN     "spent_micros" BIGINT NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "attempts" ADD COLUMN     "compute_micros" BIGINT,
ADD COLUMN     "egress_micros" BIGINT,
ADD COLUMN     "objects_micros" BIGINT,
ADD COLUMN     "offer" TEXT,
ADD COLUMN     "rate" JSONB;

-- CreateTable
CREATE TABLE "spend_changes" (
    "id" BIGSERIAL NOT NULL,
    "workspace_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "micros" BIGINT NOT NULL,

    CONSTRAINT "spend_changes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "spend_hours" (
    "workspace_id" UUID NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "micros" BIGINT NOT NULL,

    CONSTRAINT "spend_hours_pkey" PRIMARY KEY ("workspace_id","hour")
);

-- CreateTable
CREATE TABLE "work_samples" (
    "id" BIGSERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "offer" TEXT NOT NULL,
    "look" TEXT NOT NULL,
    "profile" TEXT NOT NULL,
    "features" JSONB NOT NULL,
    "cpu_seconds" DOUBLE PRECISION NOT NULL,
    "wall_seconds" DOUBLE PRECISION NOT NULL,
    "ended_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "work_samples_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "spend_changes_workspace_id_idx" ON "spend_changes"("workspace_id");

-- CreateIndex
CREATE INDEX "spend_hours_hour_idx" ON "spend_hours"("hour");

-- CreateIndex
CREATE INDEX "work_samples_kind_offer_look_profile_id_idx" ON "work_samples"("kind", "offer", "look", "profile", "id" DESC);

-- A budget of 0 would stop a workspace without saying so: pausing its queue does.
ALTER TABLE "workspaces" ADD CONSTRAINT "workspaces_budgets" CHECK
  ("max_job_micros" > 0 AND "max_day_micros" > 0 AND "max_month_micros" > 0);

-- What is reserved now: at most as many rows as jobs under way.
CREATE INDEX "jobs_reserved" ON "jobs"("workspace_id") INCLUDE ("reserved_micros", "spent_micros")
  WHERE "reserved_micros" IS NOT NULL AND "status" IN ('QUEUED', 'RUNNING');
