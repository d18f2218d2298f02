INSERT INTO join_tokens (id, workspace_id, name, prefix, hash, realm, expires_at) VALUES
  ('01900000-0000-7000-8000-0000000000f1', NULL, 'acme-01900000-0000-7000-8000-0000000000f2', 'rj_bcdefgh',
   'cb8379ac2098aa165029e3938a51da0bcecfc008fd6795f401178647f96c5b34', 'CLOUD', '2026-11-24T00:00:00Z');
INSERT INTO launches (id, target, pool, slots, status, passed_over, join_token_id, sealed_token, next_call_at,
  planned_at, joins_by, ends_at, second_pico, minimum_seconds) VALUES
  ('01900000-0000-7000-8000-0000000000f2', 'burst', 'CPU', 2, 'STARTING',
   '[{ "target": "studio", "code": "MAX_INSTANCES", "reason": "studio has 1 machine, which is its most" }]',
   '01900000-0000-7000-8000-0000000000f1', NULL, '2026-11-24T00:00:00Z', '2026-11-24T00:00:00Z',
   '2026-11-24T00:05:00Z', '2026-11-24T01:00:00Z', 20000000, 60);
INSERT INTO launch_targets (name, failures, opened_at, open_until, code, reason) VALUES
  ('burst', 1, '2026-11-24T00:00:00Z', '2026-11-24T00:00:30Z', 'NO_CAPACITY', 'The provider has none free');
INSERT INTO launch_waits (pool, reason, at) VALUES ('CPU', 'A worker is starting on burst.', '2026-11-24T00:00:00Z');
