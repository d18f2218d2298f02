-- AlterTable
ALTER TABLE "videos" ADD COLUMN     "tags" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- Prisma leaves lists nullable. The length is what `checkTags` accepts.
ALTER TABLE "videos" ALTER COLUMN "tags" SET NOT NULL,
  ADD CONSTRAINT "videos_tags_are_few" CHECK (cardinality("tags") <= 50);

-- CreateIndex
CREATE INDEX "videos_tags_idx" ON "videos" USING GIN ("tags");

-- CreateIndex
CREATE INDEX "videos_metadata_idx" ON "videos" USING GIN ("metadata" jsonb_path_ops);
