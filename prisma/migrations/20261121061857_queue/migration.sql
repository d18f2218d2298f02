-- The queue lives in the database: a dispatcher gives tasks to the broker as slots are free, by lane and fairly between workspaces.

-- DropIndex
DROP INDEX "tasks_status_available_at_idx";

-- AlterTable
ALTER TABLE "workspaces" ADD COLUMN     "max_active_jobs" INTEGER,
ADD COLUMN     "max_running_tasks" INTEGER,
ADD COLUMN     "paused_at" TIMESTAMPTZ(3),
ADD COLUMN     "served_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "tasks" ADD COLUMN     "dispatched_at" TIMESTAMPTZ(3),
ADD COLUMN     "priority" "JobPriority" NOT NULL DEFAULT 'STANDARD',
ADD COLUMN     "queued_at" TIMESTAMPTZ(3),
ADD COLUMN     "workspace_id" UUID;

UPDATE "tasks" t SET "workspace_id" = j."workspace_id", "priority" = j."priority", "queued_at" = j."queued_at"
  FROM "jobs" j WHERE j."id" = t."job_id";
-- What waits is dispatched anew: a message that is still on its way is one too many, which workers are built for.
DELETE FROM "outbox" WHERE "task_id" IS NOT NULL;
UPDATE "tasks" SET "published_at" = NULL WHERE "status" = 'QUEUED';

ALTER TABLE "tasks" ALTER COLUMN "workspace_id" SET NOT NULL;

-- AlterTable
ALTER TABLE "outbox" ADD COLUMN     "job_id" UUID;

-- CreateIndex
CREATE INDEX "outbox_job_id_id_idx" ON "outbox"("job_id", "id");

-- Invariants and indexes that the schema language cannot say --------------------------------------------------------

ALTER TABLE "workspaces"
  ADD CONSTRAINT "workspaces_quotas_are_counts" CHECK ("max_active_jobs" >= 0 AND "max_running_tasks" >= 0);

-- What waits has its place in the queue; only what waits or runs was dispatched.
ALTER TABLE "tasks"
  ADD CONSTRAINT "tasks_queued_since" CHECK ("status" <> 'QUEUED' OR "queued_at" IS NOT NULL);

-- The queue, in the order in which the dispatcher reads it: lane, workspace, first come.
CREATE INDEX "tasks_waiting" ON "tasks" ("pool", "priority", "workspace_id", "queued_at", "id")
  WHERE "status" = 'QUEUED' AND "dispatched_at" IS NULL;

-- What is with workers or on its way to them: as small as the fleet.
CREATE INDEX "tasks_in_flight" ON "tasks" ("pool", "workspace_id")
  WHERE "status" = 'RUNNING' OR ("status" = 'QUEUED' AND "dispatched_at" IS NOT NULL);

-- Jobs under way, for quotas.
CREATE INDEX "jobs_active_by_workspace" ON "jobs" ("workspace_id") WHERE "status" IN ('PENDING', 'QUEUED', 'RUNNING');

-- Wakes the dispatchers when something waits or a worker became free; they look every second besides. ------------------

CREATE FUNCTION "notify_queue"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('reelay_queue', '');
  RETURN NULL;
END $$;

CREATE TRIGGER "tasks_notify_waiting" AFTER INSERT OR UPDATE OF "status", "dispatched_at" ON "tasks" FOR EACH ROW
  WHEN (NEW."status" = 'QUEUED' AND NEW."dispatched_at" IS NULL)
  EXECUTE FUNCTION "notify_queue"();

CREATE TRIGGER "tasks_notify_freed" AFTER UPDATE OF "status" ON "tasks" FOR EACH ROW
  WHEN (OLD."status" = 'RUNNING' AND NEW."status" <> 'RUNNING')
  EXECUTE FUNCTION "notify_queue"();

CREATE TRIGGER "workers_notify" AFTER INSERT ON "workers" FOR EACH ROW EXECUTE FUNCTION "notify_queue"();

-- The newest completed attempts, for estimates.
CREATE INDEX "attempts_completed" ON "attempts" ("ended_at" DESC) WHERE "outcome" = 'COMPLETED';
