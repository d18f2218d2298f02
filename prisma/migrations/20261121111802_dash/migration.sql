-- AlterTable
ALTER TABLE "videos" ADD COLUMN     "download" JSONB,
ADD COLUMN     "has_dash" BOOLEAN NOT NULL DEFAULT false;
