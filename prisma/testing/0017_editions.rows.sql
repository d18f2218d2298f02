INSERT INTO editions (id, video_id, number, status, filename, content_type, size_bytes, object_key, params, error, published_at, replaced_at) VALUES
  ('01900000-0000-7000-8000-0000000000b1', '01900000-0000-7000-8000-000000000010', 1, 'PUBLISHED', 'data.json', 'application/json', 2,
   'videos/01900000-0000-7000-8000-000000000010/source/data.json', '{"version": 1}', NULL, '2026-11-01', NULL),
  ('01900000-0000-7000-8000-0000000000b2', '01900000-0000-7000-8000-000000000010', 2, 'RENDERING', 'data.json', 'application/json', 2,
   'videos/01900000-0000-7000-8000-000000000010/source/01900000-0000-7000-8000-0000000000b2/data.json', '{"version": 1}', NULL, NULL, NULL);
INSERT INTO edition_parts (edition_id, rendition, start_ms, end_ms, attempt_id, init_key, init_sha256, codecs, segments) VALUES
  ('01900000-0000-7000-8000-0000000000b2', '144p', 0, 4000, '01900000-0000-7000-8000-000000000041', '', '', '', '[]');
