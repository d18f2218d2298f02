import type { Client } from "pg";

/**
 * Installs triggers in the run's own database that record every state change, however it is made and however
 * short it lasts. They see changes that the event log omits.
 */
export async function installAudit(db: Client): Promise<void> {
  await db.query(`
    CREATE TABLE chaos_audit (
      id bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(),
      subject text NOT NULL, subject_id text NOT NULL, what text NOT NULL, before text, after text);

    CREATE FUNCTION chaos_note_status() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.status IS DISTINCT FROM OLD.status THEN
        INSERT INTO chaos_audit (subject, subject_id, what, before, after)
        VALUES (TG_TABLE_NAME, NEW.id::text, 'status', OLD.status::text, NEW.status::text);
      END IF;
      RETURN NULL;
    END $$;

    CREATE FUNCTION chaos_note_attempt() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      -- A completed attempt's later accounting does not affect playback.
      IF OLD.outcome IS NOT NULL AND (CASE OLD.outcome
        WHEN 'COMPLETED' THEN to_jsonb(NEW) - 'account' IS DISTINCT FROM to_jsonb(OLD) - 'account'
        ELSE NEW IS DISTINCT FROM OLD END) THEN
        INSERT INTO chaos_audit (subject, subject_id, what, before, after)
        VALUES ('attempts', NEW.id::text, 'changed after its end', to_jsonb(OLD)::text, to_jsonb(NEW)::text);
      END IF;
      RETURN NULL;
    END $$;

    CREATE FUNCTION chaos_note_variant() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF OLD.status = 'READY' AND (NEW.status, NEW.attempt_id, NEW.playlist) IS DISTINCT FROM (OLD.status, OLD.attempt_id, OLD.playlist) THEN
        INSERT INTO chaos_audit (subject, subject_id, what, before, after)
        VALUES ('variants', NEW.id::text, 'changed after it was READY', to_jsonb(OLD)::text, to_jsonb(NEW)::text);
      END IF;
      -- A playlist that is joined from parts grows by the attempts at other parts than that which the row names.
      IF NEW.playlist IS NOT NULL AND NEW.playlist ->> 'key' NOT LIKE 'videos/%/variants/%' AND (NEW.attempt_id, NEW.playlist) IS DISTINCT FROM (OLD.attempt_id, OLD.playlist)
        AND EXISTS (SELECT FROM attempts WHERE id = NEW.attempt_id AND outcome IS NOT NULL) THEN
        INSERT INTO chaos_audit (subject, subject_id, what, before, after)
        VALUES ('variants', NEW.id::text, 'written by an attempt that had ended', to_jsonb(OLD)::text, to_jsonb(NEW)::text);
      END IF;
      RETURN NULL;
    END $$;

    CREATE TRIGGER chaos_audit AFTER UPDATE ON attempts FOR EACH ROW EXECUTE FUNCTION chaos_note_attempt();
    CREATE TRIGGER chaos_audit_own AFTER UPDATE ON variants FOR EACH ROW EXECUTE FUNCTION chaos_note_variant();
    CREATE TRIGGER chaos_audit AFTER UPDATE ON variants FOR EACH ROW EXECUTE FUNCTION chaos_note_status();
    CREATE TRIGGER chaos_audit AFTER UPDATE ON editions FOR EACH ROW EXECUTE FUNCTION chaos_note_status();
    CREATE TRIGGER chaos_audit AFTER UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION chaos_note_status();
    CREATE TRIGGER chaos_audit AFTER UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION chaos_note_status();
    CREATE TRIGGER chaos_audit AFTER UPDATE ON videos FOR EACH ROW EXECUTE FUNCTION chaos_note_status();
  `);
}
