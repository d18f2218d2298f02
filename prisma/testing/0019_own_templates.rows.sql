INSERT INTO templates (id, workspace_id, name, version, sha256, manifest, files, size_bytes) VALUES
  ('01900000-0000-7000-8000-0000000000d1', '01900000-0000-7000-8000-000000000001', 'card', 1,
   'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', '{"name": "card"}', '[{"path": "template.json", "sizeBytes": 2}]', 2);
