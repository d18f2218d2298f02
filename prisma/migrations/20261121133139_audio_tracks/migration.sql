-- Several tracks of sound. What there is is the one that players begin with; it keeps its name, and so its address.
--
-- AlterTable
ALTER TABLE "audio_tracks" DROP CONSTRAINT "audio_tracks_pkey",
ADD COLUMN     "label" TEXT,
ADD COLUMN     "name" TEXT NOT NULL DEFAULT 'audio',
ADD COLUMN     "role" TEXT,
ADD COLUMN     "start_ms" INTEGER NOT NULL DEFAULT 0,
ADD CONSTRAINT "audio_tracks_pkey" PRIMARY KEY ("video_id", "name");
