-- A queue that goes on, or that may have more at once, is looked at by the dispatchers now, not when they look next by themselves.
CREATE TRIGGER "workspaces_notify_queue" AFTER UPDATE OF "paused_at", "max_running_tasks" ON "workspaces" FOR EACH ROW
  WHEN (
    (OLD."paused_at" IS NOT NULL AND NEW."paused_at" IS NULL)
    OR NEW."max_running_tasks" IS DISTINCT FROM OLD."max_running_tasks"
  )
  EXECUTE FUNCTION "notify_queue"();
