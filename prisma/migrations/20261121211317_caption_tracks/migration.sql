-- CreateEnum
CREATE TYPE "CaptionKind" AS ENUM ('SUBTITLES', 'CAPTIONS');

-- CreateTable
CREATE TABLE "caption_tracks" (
    "id" UUID NOT NULL,
    "video_id" UUID NOT NULL,
    "language" TEXT NOT NULL,
    "kind" "CaptionKind" NOT NULL,
    "label" TEXT NOT NULL,
    "is_default" BOOLEAN NOT NULL DEFAULT false,
    "key" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "size_bytes" INTEGER NOT NULL,
    "cues" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "caption_tracks_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "caption_tracks_video_id_language_kind_key" ON "caption_tracks"("video_id", "language", "kind");

-- AddForeignKey
ALTER TABLE "caption_tracks" ADD CONSTRAINT "caption_tracks_video_id_fkey" FOREIGN KEY ("video_id") REFERENCES "videos"("id") ON DELETE CASCADE ON UPDATE CASCADE;
