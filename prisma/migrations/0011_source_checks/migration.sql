-- Scripts that are checked without drawing them. A row has the script while its message may be sent again.
-- CreateEnum
CREATE TYPE "SourceCheckStatus" AS ENUM ('PENDING', 'SUCCEEDED', 'FAILED');

-- CreateTable
CREATE TABLE "source_checks" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "digest" TEXT NOT NULL,
    "status" "SourceCheckStatus" NOT NULL DEFAULT 'PENDING',
    "params" JSONB NOT NULL,
    "script" TEXT,
    "sends" INTEGER NOT NULL DEFAULT 0,
    "sent_at" TIMESTAMPTZ(3),
    "result" JSONB,
    "estimate" JSONB,
    "error" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "source_checks_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "source_checks_expires_at_idx" ON "source_checks"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "source_checks_workspace_id_digest_key" ON "source_checks"("workspace_id", "digest");

-- AddForeignKey
ALTER TABLE "source_checks" ADD CONSTRAINT "source_checks_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- A result, or a reason, with the end; nothing of both before.
ALTER TABLE "source_checks"
  ADD CONSTRAINT "source_checks_end" CHECK (
    CASE "status"
      WHEN 'PENDING' THEN "script" IS NOT NULL AND "ended_at" IS NULL AND "result" IS NULL AND "error" IS NULL
      WHEN 'SUCCEEDED' THEN "script" IS NULL AND "ended_at" IS NOT NULL AND "result" IS NOT NULL AND "error" IS NULL
      ELSE "script" IS NULL AND "ended_at" IS NOT NULL AND "result" IS NULL AND "error" IS NOT NULL
    END);

-- The sweeper reads all of them, and each new check those of its workspace.
CREATE INDEX "source_checks_pending" ON "source_checks"("workspace_id") WHERE "status" = 'PENDING';
