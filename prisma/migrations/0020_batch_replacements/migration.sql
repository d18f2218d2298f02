-- The rows of a batch can be replaced: rows with other data become editions of their videos.
-- AlterTable
ALTER TABLE "batches" ADD COLUMN     "replacement" JSONB;

-- AlterTable
ALTER TABLE "batch_rows" ADD COLUMN     "is_changed" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "is_missing" BOOLEAN NOT NULL DEFAULT false;

-- The transitions of contracts/transitions.ts: a READY row becomes VALID when its data was replaced.
CREATE OR REPLACE FUNCTION "refuse_batch_row_transition"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT coalesce(NEW."status"::text = ANY (CASE OLD."status"
    WHEN 'VALID' THEN ARRAY['QUEUED', 'RUNNING', 'READY', 'FAILED', 'CANCELED']
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
