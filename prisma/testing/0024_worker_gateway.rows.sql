INSERT INTO join_tokens (id, workspace_id, name, prefix, hash, realm, expires_at) VALUES
  ('01900000-0000-7000-8000-0000000000e1', '01900000-0000-7000-8000-000000000001', 'attic', 'rj_abcdefg',
   'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', 'OWN', '2026-11-24T00:00:00Z');
