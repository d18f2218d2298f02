-- The source of a form is in the store before its row is written: it was never awaited, so there is no address for it and no time by which it must come.
ALTER TABLE "sources" DROP CONSTRAINT "sources_url_or_upload";
ALTER TABLE "sources"
  ADD CONSTRAINT "sources_url_or_upload" CHECK (
    ("kind" = 'URL' AND "url" IS NOT NULL)
    OR ("kind" = 'UPLOAD' AND "size_bytes" > 0
      AND ("received_at" IS NOT NULL OR ("upload_protocol" IS NOT NULL AND "upload_expires_at" IS NOT NULL))));
