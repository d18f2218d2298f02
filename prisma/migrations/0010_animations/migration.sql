-- A source may be a script, which is stored before its video. `params` says how it is drawn.
ALTER TYPE "SourceKind" ADD VALUE 'MANIM';

ALTER TABLE "sources" ADD COLUMN     "params" JSONB;

-- As text, since this transaction cannot use the new value yet.
ALTER TABLE "sources"
  DROP CONSTRAINT "sources_url_or_upload",
  ADD CONSTRAINT "sources_have_an_origin" CHECK (
    ("kind" = 'URL' AND "url" IS NOT NULL)
    OR ("kind" = 'UPLOAD' AND "size_bytes" > 0
      AND ("received_at" IS NOT NULL OR ("upload_protocol" IS NOT NULL AND "upload_expires_at" IS NOT NULL)))
    OR ("kind"::text = 'MANIM' AND "size_bytes" > 0 AND "received_at" IS NOT NULL AND "params" IS NOT NULL)),
  ADD CONSTRAINT "sources_params_are_versioned"
    CHECK ("params" IS NULL OR jsonb_typeof("params"->'version') IS NOT DISTINCT FROM 'number');

-- The animation that an attempt drew last, for viewers that join later.
ALTER TABLE "attempts" ADD COLUMN     "step" JSONB;
