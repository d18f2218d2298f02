-- What a task was planned for becomes one value that its kind describes (`taskParams` of contracts/). First
-- tasks, previews and downloads have no parameters of their own.
ALTER TABLE "tasks" ADD COLUMN "params" JSONB NOT NULL DEFAULT '{"version": 1}';

UPDATE "tasks" SET "params" = "params" || CASE "kind"
  WHEN 'POSTER' THEN jsonb_build_object('atMs', "start_ms")
  ELSE jsonb_build_object('startMs', "start_ms", 'endMs', "end_ms", 'renditions', to_jsonb("renditions")) END
WHERE "kind" IN ('CHUNK', 'AUDIO', 'POSTER');

ALTER TABLE "tasks" ADD CONSTRAINT "tasks_params_are_versioned"
  CHECK (jsonb_typeof("params"->'version') IS NOT DISTINCT FROM 'number');

-- With the columns goes the constraint `tasks_span`.
ALTER TABLE "tasks" DROP COLUMN "end_ms",
DROP COLUMN "renditions",
DROP COLUMN "start_ms";
