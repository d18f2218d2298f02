-- AlterTable
ALTER TABLE "editions" ADD COLUMN     "changes" JSONB;

-- AlterTable
ALTER TABLE "batches" ADD COLUMN     "manifest_secret" TEXT;
