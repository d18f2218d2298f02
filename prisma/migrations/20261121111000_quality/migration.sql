-- AlterTable
ALTER TABLE "sources" ADD COLUMN     "hash" TEXT;

-- AlterTable
ALTER TABLE "variants" ADD COLUMN     "min_vmaf" DOUBLE PRECISION,
ADD COLUMN     "quality" JSONB,
ADD COLUMN     "quality_offset" DOUBLE PRECISION NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "attempts" ADD COLUMN     "account" JSONB;
