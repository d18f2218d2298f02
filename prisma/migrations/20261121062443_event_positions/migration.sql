-- The event log gets an order that can be paged by. "id" is given before the commit: of two transactions that write at the same time the one with
-- the higher ids may commit first, and a reader who went past them by id would never see the lower ones.

ALTER TABLE "workspaces" ADD COLUMN     "forgotten_events" BIGINT NOT NULL DEFAULT 0;

ALTER TABLE "events" ADD COLUMN     "position" BIGINT;

DROP INDEX "events_workspace_id_id_idx";
DROP INDEX "events_video_id_id_idx";

-- CACHE 1: a session that keeps numbers for later would give them out of order.
CREATE SEQUENCE "events_position_seq" AS BIGINT CACHE 1 OWNED BY "events"."position";

-- What is not sequenced yet, nearly always empty, and kept small by the looks at it, which mark what has gone (a very old snapshot, such as a
-- backup's, delays that, and looks take longer meanwhile: 12 ms at 50,000 events sequenced under it); and what is, by each way in which it is read.
CREATE INDEX "events_unsequenced_idx" ON "events" ("id") WHERE "position" IS NULL;
CREATE UNIQUE INDEX "events_position_key" ON "events" ("position") WHERE "position" IS NOT NULL;
CREATE INDEX "events_workspace_id_position_idx" ON "events" ("workspace_id", "position") WHERE "position" IS NOT NULL;
CREATE INDEX "events_video_id_position_idx" ON "events" ("video_id", "position") WHERE "position" IS NOT NULL;

-- Whoever reads the log sequences it first: gives every committed event that has none its position, in the order of ids. Events of one video are
-- written under the video's row lock, so for a video that is the order of commits; between videos it is the order of sequencing. Positions become
-- visible in their order and nothing ever gets one below what a reader has seen, so paging by position meets every event once.
--
-- The lock is what makes it so. It is taken before the snapshot that looks for events, and Postgres releases it after the commit is visible: who
-- gets it next sees all that was sequenced before and draws higher numbers. Two at once would draw in one order and commit in another.
--
-- A procedure, because a procedure can commit and refuses to run inside a transaction: the lock is held for one batch and never by a client that
-- is paused or slow, and no writer can hold it. A kill at any moment rolls one batch back; its numbers stay unused, which readers do not mind.
-- A call sequences 10,000 events at most (a database with old events is worked off by its first readers); callers look again.
--
-- Considered: ordering by transaction id and reading below pg_snapshot_xmin (one old transaction anywhere on the server would hold up every
-- reader, transaction ids mean nothing after a restore from a dump, and their order is not that of row locks); a lock that writers hold until they
-- commit (makes a workspace's writers wait for each other, and for the slowest); a counter row in place of the sequence (gapless, but every old
-- snapshot, such as a backup's, makes each read of it walk all its dead versions).
CREATE PROCEDURE "sequence_events"() LANGUAGE plpgsql AS $$
DECLARE
  batch_size CONSTANT integer := 1000;
  sequenced integer;
BEGIN
  FOR batch IN 1..10 LOOP
    COMMIT;
    -- Whatever the default is: the update must see what was committed while the lock was awaited.
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    EXIT WHEN NOT EXISTS (SELECT FROM "events" WHERE "position" IS NULL);
    -- A position that was shown must survive a crash, or another event would get it.
    IF current_setting('synchronous_commit') = 'off' THEN
      PERFORM set_config('synchronous_commit', 'local', true);
    END IF;
    -- "revents" as ASCII.
    PERFORM pg_advisory_xact_lock(x'726576656e7473'::bigint);
    -- Volatile functions of a select list are called after its ORDER BY.
    WITH unsequenced AS MATERIALIZED (
      SELECT "id" FROM "events" WHERE "position" IS NULL ORDER BY "id" LIMIT batch_size
    ), numbered AS MATERIALIZED (
      SELECT "id", nextval('events_position_seq') AS "position" FROM unsequenced ORDER BY "id"
    )
    UPDATE "events" SET "position" = numbered."position" FROM numbered WHERE "events"."id" = numbered."id";
    GET DIAGNOSTICS sequenced = ROW_COUNT;
    EXIT WHEN sequenced < batch_size;
  END LOOP;
END $$;

-- The log stays append-only: all that may ever change in an entry is that it gets its position.

CREATE OR REPLACE FUNCTION "refuse_event_update"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  sequenced "events" := OLD;
BEGIN
  sequenced."position" := NEW."position";
  IF OLD."position" IS NULL AND NEW."position" IS NOT NULL AND NEW IS NOT DISTINCT FROM sequenced THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'event % is history, it cannot be changed', OLD."id" USING ERRCODE = 'check_violation';
END $$;

CREATE FUNCTION "refuse_event_position"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'event % cannot be written with a position, "sequence_events" alone gives them', NEW."id"
    USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER "events_are_written_unsequenced" BEFORE INSERT ON "events" FOR EACH ROW
  WHEN (NEW."position" IS NOT NULL) EXECUTE FUNCTION "refuse_event_position"();

-- Wakes the readers of a workspace's log, beside the viewers of a video.

CREATE OR REPLACE FUNCTION "notify_video_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('reelay_video_changed', NEW."video_id"::text);
  PERFORM pg_notify('reelay_events', NEW."workspace_id"::text);
  RETURN NULL;
END $$;
