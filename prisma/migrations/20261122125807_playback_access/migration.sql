-- CreateEnum
CREATE TYPE "PlaybackPolicy" AS ENUM ('PUBLIC', 'SIGNED');

-- AlterTable
ALTER TABLE "workspaces" ADD COLUMN     "playback_policy" "PlaybackPolicy" NOT NULL DEFAULT 'PUBLIC';

-- AlterTable
ALTER TABLE "videos" ADD COLUMN     "playback_policy" "PlaybackPolicy" NOT NULL DEFAULT 'PUBLIC';

-- CreateTable
CREATE TABLE "signing_keys" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "key_id" TEXT NOT NULL,
    "secret" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "signs_from" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "signing_keys_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "signing_keys_key_id_key" ON "signing_keys"("key_id");

-- CreateIndex
CREATE INDEX "signing_keys_workspace_id_id_idx" ON "signing_keys"("workspace_id", "id");

-- AddForeignKey
ALTER TABLE "signing_keys" ADD CONSTRAINT "signing_keys_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;
