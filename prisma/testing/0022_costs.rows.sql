INSERT INTO spend_changes (workspace_id, at, micros) VALUES ('01900000-0000-7000-8000-000000000001', '2026-11-23T12:00:00Z', 12);
INSERT INTO spend_hours (workspace_id, hour, micros) VALUES ('01900000-0000-7000-8000-000000000001', '2026-11-23T11:00:00Z', 1200);
INSERT INTO work_samples (kind, offer, look, profile, features, cpu_seconds, wall_seconds, ended_at) VALUES
  ('TRANSCODE', 'local', '', 'default', '{"version": 1, "encoded": 10, "decoded": 1, "seconds": 60}', 12.5, 8, '2026-11-23T12:00:00Z');
