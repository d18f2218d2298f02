INSERT INTO materials (id, workspace_id, filename, status, kind, content_type, size_bytes, sha256, object_key, upload_protocol, upload_expires_at, received_at) VALUES
  ('01900000-0000-7000-8000-0000000000a1', '01900000-0000-7000-8000-000000000001', 'logo.png', 'READY', 'IMAGE', 'image/png', 3,
   'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', 'materials/01900000-0000-7000-8000-0000000000a1/logo.png', 'TUS', '2026-11-02', '2026-11-01');
INSERT INTO video_materials (video_id, material_id) VALUES
  ('01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-0000000000a1');
