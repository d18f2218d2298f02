-- A job may need the output of another job of its video.
ALTER TABLE "jobs" ADD COLUMN     "depends_on_id" UUID;

ALTER TABLE "jobs" ADD CONSTRAINT "jobs_depends_on_id_fkey" FOREIGN KEY ("depends_on_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Most jobs depend on none.
CREATE INDEX "jobs_dependents" ON "jobs" ("depends_on_id") WHERE "depends_on_id" IS NOT NULL;
