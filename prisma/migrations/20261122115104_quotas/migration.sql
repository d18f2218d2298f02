-- AlterTable
ALTER TABLE "workspaces" ADD COLUMN     "max_requests_per_second" INTEGER,
ADD COLUMN     "max_source_minutes_per_day" INTEGER,
ADD COLUMN     "max_stored_bytes" BIGINT,
ADD COLUMN     "stored_bytes" BIGINT NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "stored_bytes_changes" (
    "id" BIGSERIAL NOT NULL,
    "workspace_id" UUID NOT NULL,
    "bytes" BIGINT NOT NULL,

    CONSTRAINT "stored_bytes_changes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "charged_sources" (
    "video_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "duration_ms" BIGINT NOT NULL,
    "charged_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "charged_sources_pkey" PRIMARY KEY ("video_id")
);

-- CreateIndex
CREATE INDEX "stored_bytes_changes_workspace_id_idx" ON "stored_bytes_changes"("workspace_id");

-- CreateIndex
CREATE INDEX "charged_sources_workspace_id_charged_at_idx" ON "charged_sources"("workspace_id", "charged_at");

-- What a video takes: its source, while it is stored or still awaited; outputs once they are finished.

CREATE FUNCTION "stored_bytes_of_video"("video" uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT (
    coalesce((SELECT "size_bytes" FROM "sources" WHERE "video_id" = "video" AND ("received_at" IS NOT NULL OR "upload_url" IS NOT NULL)), 0)
    + coalesce((SELECT sum("size_bytes") FROM "variants" WHERE "video_id" = "video" AND "status" = 'READY'), 0)
    + coalesce((SELECT sum(("playlist"->>'sizeBytes')::bigint) FROM "audio_tracks" WHERE "video_id" = "video" AND "playlist"->>'isComplete' = 'true'), 0)
    + coalesce((SELECT coalesce(("download"->>'sizeBytes')::bigint, 0) + coalesce(("preview"->>'sizeBytes')::bigint, 0) FROM "videos" WHERE "id" = "video"), 0)
  )::bigint
$$;

-- A child of a video that is being deleted finds none: the video's own trigger has taken everything off.

CREATE FUNCTION "note_stored_bytes"("video" uuid, "difference" bigint) RETURNS void LANGUAGE sql AS $$
  INSERT INTO "stored_bytes_changes" ("workspace_id", "bytes")
  SELECT "workspace_id", "difference" FROM "videos" WHERE "id" = "video" AND "difference" <> 0
$$;

CREATE FUNCTION "count_source_bytes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM "note_stored_bytes"(coalesce(NEW."video_id", OLD."video_id"),
    CASE WHEN NEW."received_at" IS NOT NULL OR NEW."upload_url" IS NOT NULL THEN coalesce(NEW."size_bytes", 0) ELSE 0 END
    - CASE WHEN OLD."received_at" IS NOT NULL OR OLD."upload_url" IS NOT NULL THEN coalesce(OLD."size_bytes", 0) ELSE 0 END);
  RETURN NULL;
END $$;
CREATE TRIGGER "sources_are_counted" AFTER INSERT OR DELETE OR UPDATE OF "size_bytes", "received_at", "upload_url" ON "sources"
  FOR EACH ROW EXECUTE FUNCTION "count_source_bytes"();

CREATE FUNCTION "count_variant_bytes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM "note_stored_bytes"(coalesce(NEW."video_id", OLD."video_id"),
    CASE WHEN NEW."status" = 'READY' THEN NEW."size_bytes" ELSE 0 END - CASE WHEN OLD."status" = 'READY' THEN OLD."size_bytes" ELSE 0 END);
  RETURN NULL;
END $$;
-- One trigger per event: a condition on both rows is for updates only, and keeps progress from costing anything.
CREATE TRIGGER "ready_variants_are_counted" AFTER UPDATE OF "size_bytes", "status" ON "variants"
  FOR EACH ROW WHEN (OLD."status" = 'READY' OR NEW."status" = 'READY') EXECUTE FUNCTION "count_variant_bytes"();
CREATE TRIGGER "new_variants_are_counted" AFTER INSERT ON "variants"
  FOR EACH ROW WHEN (NEW."status" = 'READY') EXECUTE FUNCTION "count_variant_bytes"();
CREATE TRIGGER "deleted_variants_are_counted" AFTER DELETE ON "variants"
  FOR EACH ROW WHEN (OLD."status" = 'READY') EXECUTE FUNCTION "count_variant_bytes"();

CREATE FUNCTION "count_audio_bytes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM "note_stored_bytes"(coalesce(NEW."video_id", OLD."video_id"),
    CASE WHEN NEW."playlist"->>'isComplete' = 'true' THEN coalesce((NEW."playlist"->>'sizeBytes')::bigint, 0) ELSE 0 END
    - CASE WHEN OLD."playlist"->>'isComplete' = 'true' THEN coalesce((OLD."playlist"->>'sizeBytes')::bigint, 0) ELSE 0 END);
  RETURN NULL;
END $$;
CREATE TRIGGER "audio_tracks_are_counted" AFTER INSERT OR DELETE OR UPDATE OF "playlist" ON "audio_tracks"
  FOR EACH ROW EXECUTE FUNCTION "count_audio_bytes"();

CREATE FUNCTION "count_video_bytes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM "note_stored_bytes"(OLD."id", -"stored_bytes_of_video"(OLD."id"));
    RETURN OLD;
  END IF;
  PERFORM "note_stored_bytes"(NEW."id",
    coalesce((NEW."download"->>'sizeBytes')::bigint, 0) + coalesce((NEW."preview"->>'sizeBytes')::bigint, 0)
    - coalesce((OLD."download"->>'sizeBytes')::bigint, 0) - coalesce((OLD."preview"->>'sizeBytes')::bigint, 0));
  RETURN NEW;
END $$;
CREATE TRIGGER "deleted_videos_are_counted" BEFORE DELETE ON "videos" FOR EACH ROW EXECUTE FUNCTION "count_video_bytes"();
CREATE TRIGGER "assets_are_counted" AFTER UPDATE OF "download", "preview" ON "videos"
  FOR EACH ROW WHEN (OLD."download" IS DISTINCT FROM NEW."download" OR OLD."preview" IS DISTINCT FROM NEW."preview")
  EXECUTE FUNCTION "count_video_bytes"();

UPDATE "workspaces" SET "stored_bytes" = coalesce((
  SELECT sum("stored_bytes_of_video"("videos"."id")) FROM "videos" WHERE "videos"."workspace_id" = "workspaces"."id"), 0);
