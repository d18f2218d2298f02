-- Posters, previews and downloads become rows, one per video and kind.
CREATE TABLE "assets" (
    "video_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "result" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "assets_pkey" PRIMARY KEY ("video_id","kind"),
    CONSTRAINT "assets_result_is_versioned" CHECK (jsonb_typeof("result"->'version') IS NOT DISTINCT FROM 'number')
);

ALTER TABLE "assets" ADD CONSTRAINT "assets_video_id_fkey" FOREIGN KEY ("video_id") REFERENCES "videos"("id") ON DELETE CASCADE ON UPDATE CASCADE;

INSERT INTO "assets" ("video_id", "kind", "key", "result", "created_at", "updated_at")
SELECT "id", made."kind", made."key", '{"version": 1}' || made."result", "updated_at", "updated_at"
FROM "videos" CROSS JOIN LATERAL (VALUES
  ('POSTER', "poster_key", jsonb_build_object('atMs', "poster_at_ms")),
  ('PREVIEW', "preview"->>'key', "preview" - 'key'),
  ('DOWNLOAD', "download"->>'key', "download" - 'key')
) AS made ("kind", "key", "result")
WHERE made."key" IS NOT NULL;

-- The bytes of the rows above are counted already, so the trigger comes after them.
DROP TRIGGER "assets_are_counted" ON "videos";

CREATE OR REPLACE FUNCTION "stored_bytes_of_video"("video" uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT (
    coalesce((SELECT "size_bytes" FROM "sources" WHERE "video_id" = "video" AND ("received_at" IS NOT NULL OR "upload_url" IS NOT NULL)), 0)
    + coalesce((SELECT sum("size_bytes") FROM "variants" WHERE "video_id" = "video" AND "status" = 'READY'), 0)
    + coalesce((SELECT sum(("playlist"->>'sizeBytes')::bigint) FROM "audio_tracks" WHERE "video_id" = "video" AND "playlist"->>'isComplete' = 'true'), 0)
    + coalesce((SELECT sum(("result"->>'sizeBytes')::bigint) FROM "assets" WHERE "video_id" = "video"), 0)
  )::bigint
$$;

CREATE OR REPLACE FUNCTION "count_video_bytes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM "note_stored_bytes"(OLD."id", -"stored_bytes_of_video"(OLD."id"));
  RETURN OLD;
END $$;

CREATE FUNCTION "count_asset_bytes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM "note_stored_bytes"(coalesce(NEW."video_id", OLD."video_id"),
    coalesce((NEW."result"->>'sizeBytes')::bigint, 0) - coalesce((OLD."result"->>'sizeBytes')::bigint, 0));
  RETURN NULL;
END $$;

CREATE TRIGGER "assets_are_counted" AFTER INSERT OR DELETE OR UPDATE OF "result" ON "assets"
  FOR EACH ROW EXECUTE FUNCTION "count_asset_bytes"();

ALTER TABLE "videos" DROP COLUMN "download",
DROP COLUMN "poster_at_ms",
DROP COLUMN "poster_key",
DROP COLUMN "preview";
