INSERT INTO source_checks (id, workspace_id, digest, params, script, expires_at) VALUES
  ('01900000-0000-7000-8000-000000000091', '01900000-0000-7000-8000-000000000001', 'digest',
   '{"version": 1, "scene": null, "width": 854, "height": 480, "frameRate": 15, "renderer": "CAIRO", "seed": 0}',
   'class A(Scene): pass', '2100-01-01T00:00:00Z');
