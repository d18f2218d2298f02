-- AlterTable
ALTER TABLE "videos" ADD COLUMN     "non_standard_reasons" JSONB,
ADD COLUMN     "storyboard" JSONB;
