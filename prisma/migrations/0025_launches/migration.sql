-- CreateEnum
CREATE TYPE "LaunchStatus" AS ENUM ('PLANNED', 'STARTING', 'RUNNING', 'ENDED', 'FAILED');

-- AlterTable
ALTER TABLE "join_tokens" ALTER COLUMN "workspace_id" DROP NOT NULL;

-- CreateTable
CREATE TABLE "launches" (
    "id" UUID NOT NULL,
    "target" TEXT NOT NULL,
    "pool" "Pool" NOT NULL,
    "slots" INTEGER NOT NULL,
    "status" "LaunchStatus" NOT NULL DEFAULT 'PLANNED',
    "passed_over" JSONB NOT NULL,
    "join_token_id" UUID NOT NULL,
    "sealed_token" TEXT,
    "ref" TEXT,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "next_call_at" TIMESTAMPTZ(3) NOT NULL,
    "planned_at" TIMESTAMPTZ(3) NOT NULL,
    "joins_by" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "accepted_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "end_code" TEXT,
    "end_reason" TEXT,
    "second_pico" BIGINT NOT NULL,
    "minimum_seconds" INTEGER NOT NULL,

    CONSTRAINT "launches_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "launch_targets" (
    "name" TEXT NOT NULL,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "opened_at" TIMESTAMPTZ(3),
    "open_until" TIMESTAMPTZ(3),
    "code" TEXT,
    "reason" TEXT,
    "next_list_at" TIMESTAMPTZ(3) NOT NULL DEFAULT 'epoch',

    CONSTRAINT "launch_targets_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "launch_waits" (
    "pool" "Pool" NOT NULL,
    "reason" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "launch_waits_pkey" PRIMARY KEY ("pool")
);

-- CreateIndex
CREATE UNIQUE INDEX "launches_join_token_id_key" ON "launches"("join_token_id");

-- CreateIndex
CREATE INDEX "launches_status_target_idx" ON "launches"("status", "target");

-- CreateIndex
CREATE INDEX "launches_ended_at_idx" ON "launches"("ended_at");

-- AddForeignKey
ALTER TABLE "launches" ADD CONSTRAINT "launches_join_token_id_fkey" FOREIGN KEY ("join_token_id") REFERENCES "join_tokens"("id") ON DELETE CASCADE ON UPDATE CASCADE;
