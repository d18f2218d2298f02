-- CreateEnum
CREATE TYPE "WorkerRealm" AS ENUM ('OWN', 'CLOUD', 'THIRD_PARTY');

-- CreateEnum
CREATE TYPE "WorkerLink" AS ENUM ('BROKER', 'GATEWAY');

-- AlterTable
ALTER TABLE "workspaces" ADD COLUMN     "worker_realms" "WorkerRealm"[] DEFAULT ARRAY['OWN', 'CLOUD']::"WorkerRealm"[];

-- AlterTable
ALTER TABLE "attempts" ADD COLUMN     "scope" JSONB,
ADD COLUMN     "token_hash" TEXT;

-- AlterTable
ALTER TABLE "workers" ADD COLUMN     "link" "WorkerLink" NOT NULL DEFAULT 'BROKER',
ADD COLUMN     "realm" "WorkerRealm" NOT NULL DEFAULT 'OWN',
ADD COLUMN     "token_hash" TEXT,
ADD COLUMN     "token_until" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "join_tokens" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "realm" "WorkerRealm" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "worker_id" TEXT,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "join_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "join_tokens_hash_key" ON "join_tokens"("hash");

-- CreateIndex
CREATE INDEX "join_tokens_workspace_id_id_idx" ON "join_tokens"("workspace_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "workers_token_hash_key" ON "workers"("token_hash");

-- AddForeignKey
ALTER TABLE "join_tokens" ADD CONSTRAINT "join_tokens_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;
