-- A source may be data for a template, which is stored before its video. `params` says how it is drawn.
ALTER TYPE "SourceKind" ADD VALUE 'TEMPLATE';

-- As text, since this transaction cannot use the new value yet.
ALTER TABLE "sources"
  DROP CONSTRAINT "sources_have_an_origin",
  ADD CONSTRAINT "sources_have_an_origin" CHECK (
    ("kind" = 'URL' AND "url" IS NOT NULL)
    OR ("kind" = 'UPLOAD' AND "size_bytes" > 0
      AND ("received_at" IS NOT NULL OR ("upload_protocol" IS NOT NULL AND "upload_expires_at" IS NOT NULL)))
    OR ("kind"::text IN ('MANIM', 'TEMPLATE')
      AND "size_bytes" > 0 AND "received_at" IS NOT NULL AND "params" IS NOT NULL));

-- Whether a caption track was made of an attempt's narration, so that one that its owner removes stays removed.
ALTER TABLE "attempts" ADD COLUMN     "has_captions" BOOLEAN NOT NULL DEFAULT false;
