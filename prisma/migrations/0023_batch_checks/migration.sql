-- A worker measures rows: their texts, lengths and pictures. Rows follow the editions of their videos.
-- AlterTable
ALTER TABLE "source_checks" ADD COLUMN     "has_rows" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "batches" DROP COLUMN "estimate",
ADD COLUMN     "deletes_missing" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "batch_rows" ADD COLUMN     "earlier_id" UUID,
ADD COLUMN     "edition_id" UUID,
ADD COLUMN     "measure" JSONB,
ADD COLUMN     "still" JSONB;

-- AlterTable
ALTER TABLE "batch_issues" ADD COLUMN     "is_warning" BOOLEAN NOT NULL DEFAULT false;

-- CreateIndex
CREATE INDEX "batch_rows_workspace_id_hash_idx" ON "batch_rows"("workspace_id", "hash");

-- CreateIndex
CREATE INDEX "batch_rows_earlier_id_idx" ON "batch_rows"("earlier_id");

-- CreateIndex
CREATE INDEX "batch_rows_edition_id_idx" ON "batch_rows"("edition_id");

-- AddForeignKey
ALTER TABLE "batch_rows" ADD CONSTRAINT "batch_rows_earlier_id_fkey" FOREIGN KEY ("earlier_id") REFERENCES "batch_rows"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "batch_rows" ADD CONSTRAINT "batch_rows_edition_id_fkey" FOREIGN KEY ("edition_id") REFERENCES "editions"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- A duplicate of an earlier batch has no line.
ALTER TABLE "batch_rows" DROP CONSTRAINT "batch_rows_status", ADD CONSTRAINT "batch_rows_status" CHECK (
  ("video_id" IS NULL OR "status" NOT IN ('INVALID', 'DUPLICATE'))
  AND (("error" IS NOT NULL) = ("status" = 'FAILED'))
  AND ("duplicate_of" IS NULL OR "status" = 'DUPLICATE'));

-- The transitions of contracts/transitions.ts: a VALID row becomes INVALID when a worker finds that its texts do not fit.
CREATE OR REPLACE FUNCTION "refuse_batch_row_transition"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT coalesce(NEW."status"::text = ANY (CASE OLD."status"
    WHEN 'VALID' THEN ARRAY['INVALID', 'QUEUED', 'RUNNING', 'READY', 'FAILED', 'CANCELED']
    WHEN 'QUEUED' THEN ARRAY['RUNNING', 'READY', 'FAILED', 'CANCELED']
    WHEN 'RUNNING' THEN ARRAY['QUEUED', 'READY', 'FAILED', 'CANCELED']
    WHEN 'READY' THEN ARRAY['VALID', 'QUEUED', 'RUNNING']
    WHEN 'FAILED' THEN ARRAY['VALID', 'QUEUED', 'RUNNING']
    WHEN 'CANCELED' THEN ARRAY['VALID', 'QUEUED', 'RUNNING']
    END), false) THEN
    RAISE EXCEPTION 'batch row % is %, it cannot become %', OLD."id", OLD."status", NEW."status"
      USING ERRCODE = 'check_violation', CONSTRAINT = 'batch_rows_transitions';
  END IF;
  RETURN NEW;
END $$;

-- A corrected row ends with the edition of its video, in the transaction that changes this.
CREATE FUNCTION "follow_edition_of_batch_row"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  "next" "BatchRowStatus" := CASE NEW."status" WHEN 'PUBLISHED' THEN 'READY' WHEN 'FAILED' THEN 'FAILED'
    WHEN 'CANCELED' THEN 'CANCELED' ELSE 'RUNNING' END;
BEGIN
  UPDATE "batch_rows" SET "status" = "next", "is_changed" = "next" <> 'READY',
    "error" = CASE WHEN "next" = 'FAILED' THEN NEW."error" END,
    "ended_at" = CASE WHEN "next" <> 'RUNNING' THEN clock_timestamp() END,
    "changed_at" = clock_timestamp()
  WHERE "edition_id" = NEW."id" AND "status" IN ('RUNNING', 'FAILED', 'CANCELED') AND "status" <> "next";
  RETURN NULL;
END $$;

CREATE TRIGGER "batch_rows_follow_editions" AFTER UPDATE OF "status" ON "editions" FOR EACH ROW
  WHEN (NEW."status" <> OLD."status" AND NEW."status" <> 'REPLACED') EXECUTE FUNCTION "follow_edition_of_batch_row"();
