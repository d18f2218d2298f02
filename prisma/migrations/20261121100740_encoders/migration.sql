-- AlterTable
ALTER TABLE "attempts" ADD COLUMN     "encoder_changes" JSONB;

-- AlterTable
ALTER TABLE "workers" ADD COLUMN     "capabilities" JSONB,
ADD COLUMN     "device_codecs" TEXT[] DEFAULT ARRAY[]::TEXT[];
