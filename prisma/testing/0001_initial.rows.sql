-- Rows as Reelay wrote them with migration 0001_initial: at least one in every table.
INSERT INTO workspaces (id, name, max_active_jobs) VALUES ('01900000-0000-7000-8000-000000000001', 'Studio', 10);
INSERT INTO profiles (id, workspace_id, name, recipe) VALUES
  ('01900000-0000-7000-8000-000000000002', '01900000-0000-7000-8000-000000000001', 'small',
   '{"name":"small","rungs":[{"name":"360p","height":360,"codec":"H264","bitrateBps":700000,"audioBitrateBps":96000,"tier":"CRITICAL"}],"segmentMs":4000}');
INSERT INTO signing_keys (id, workspace_id, key_id, secret, signs_from) VALUES
  ('01900000-0000-7000-8000-000000000003', '01900000-0000-7000-8000-000000000001', 'k1', 'sealed', '2026-11-01');
INSERT INTO api_keys (id, workspace_id, name, prefix, hash, scopes) VALUES
  ('01900000-0000-7000-8000-000000000004', '01900000-0000-7000-8000-000000000001', 'CMS', 'rk_1', 'hash', '{READ,WRITE}');
INSERT INTO videos (id, workspace_id, title, profile, status, error_code, error_message, error_scope, error_retriable,
  error_attempt_id, playable_at, ready_at, download, preview, storyboard, non_standard_reasons) VALUES
  ('01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000001', 'Ready', 'small', 'READY',
   NULL, NULL, NULL, NULL, NULL, '2026-11-01', '2026-11-01', '{"key":"d.mp4","variant":"360p","sizeBytes":9}',
   '{"key":"p.webp","contentType":"image/webp","width":320,"height":180,"durationMs":3000,"sizeBytes":5}',
   '{"vttKey":"s.vtt","spriteKeys":["s.jpg"],"intervalMs":5000}', '[]'),
  ('01900000-0000-7000-8000-000000000011', '01900000-0000-7000-8000-000000000001', 'Failed', 'small', 'FAILED',
   'ENCODER_FAILED', 'It broke.', 'WORKER', true, '01900000-0000-7000-8000-000000000041', NULL, NULL, NULL, NULL, NULL, NULL),
  ('01900000-0000-7000-8000-000000000012', '01900000-0000-7000-8000-000000000001', 'Failed early', 'small', 'FAILED',
   'UPLOAD_EXPIRED', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO sources (video_id, kind, url, filename, size_bytes, object_key, received_at) VALUES
  ('01900000-0000-7000-8000-000000000010', 'URL', 'https://example.com/a.mp4', 'a.mp4', 100, 'a.mp4', '2026-11-01');
INSERT INTO variants (id, video_id, name, position, tier, status, codec, bitrate_bps, size_bytes, error_code,
  error_message, error_scope, error_retriable, attempt_id, playlist) VALUES
  ('01900000-0000-7000-8000-000000000020', '01900000-0000-7000-8000-000000000010', '360p', 0, 'CRITICAL', 'READY', 'H264',
   700000, 80, NULL, NULL, NULL, NULL, '01900000-0000-7000-8000-000000000040',
   '{"key":"v.m3u8","codecs":"avc1.640028","bandwidthBps":1,"averageBandwidthBps":1,"segments":1,"durationMs":1,"sizeBytes":80,"isComplete":true}'),
  ('01900000-0000-7000-8000-000000000021', '01900000-0000-7000-8000-000000000011', '360p', 0, 'CRITICAL', 'FAILED', 'H264',
   700000, 0, 'ENCODER_FAILED', 'It broke.', 'WORKER', true, '01900000-0000-7000-8000-000000000041', NULL);
INSERT INTO audio_tracks (video_id, codec, channels, attempt_id) VALUES
  ('01900000-0000-7000-8000-000000000010', 'AAC', 2, '01900000-0000-7000-8000-000000000040');
INSERT INTO caption_tracks (id, video_id, language, kind, label, key, hash, size_bytes, cues) VALUES
  ('01900000-0000-7000-8000-000000000025', '01900000-0000-7000-8000-000000000010', 'en', 'CAPTIONS', 'English', 'c.vtt', 'hash', 50, 2);
INSERT INTO jobs (id, workspace_id, video_id, kind, status, profile, error_code, error_message, error_scope,
  error_retriable, error_attempt_id, ended_at) VALUES
  ('01900000-0000-7000-8000-000000000030', '01900000-0000-7000-8000-000000000001', '01900000-0000-7000-8000-000000000010',
   'TRANSCODE', 'SUCCEEDED', '{"name":"small","rungs":[]}', NULL, NULL, NULL, NULL, NULL, '2026-11-01'),
  ('01900000-0000-7000-8000-000000000031', '01900000-0000-7000-8000-000000000001', '01900000-0000-7000-8000-000000000011',
   'TRANSCODE', 'FAILED', '{"name":"small","rungs":[]}', 'ENCODER_FAILED', 'It broke.', 'WORKER', true,
   '01900000-0000-7000-8000-000000000041', '2026-11-01'),
  ('01900000-0000-7000-8000-000000000032', '01900000-0000-7000-8000-000000000001', '01900000-0000-7000-8000-000000000010',
   'POSTER', 'RUNNING', '{"name":"small","rungs":[]}', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO tasks (id, job_id, workspace_id, kind, pool, start_ms, status, tries, queued_at, due_at, dispatched_at, ended_at) VALUES
  ('01900000-0000-7000-8000-000000000035', '01900000-0000-7000-8000-000000000030', '01900000-0000-7000-8000-000000000001',
   'RENDER', 'CPU', 0, 'SUCCEEDED', 1, '2026-11-01', '2026-11-01', '2026-11-01', '2026-11-01'),
  ('01900000-0000-7000-8000-000000000036', '01900000-0000-7000-8000-000000000031', '01900000-0000-7000-8000-000000000001',
   'RENDER', 'GPU', 0, 'FAILED', 1, '2026-11-01', '2026-11-01', '2026-11-01', '2026-11-01'),
  ('01900000-0000-7000-8000-000000000037', '01900000-0000-7000-8000-000000000032', '01900000-0000-7000-8000-000000000001',
   'POSTER', 'CPU', 5000, 'RUNNING', 0, '2026-11-01', '2026-11-01', '2026-11-01', NULL);
INSERT INTO jobs (id, workspace_id, video_id, kind, status, profile, queued_at) VALUES
  ('01900000-0000-7000-8000-000000000033', '01900000-0000-7000-8000-000000000001', '01900000-0000-7000-8000-000000000012',
   'TRANSCODE', 'RUNNING', '{"name":"small","rungs":[{"codec":"HEVC"},{"codec":"H264"},{"codec":"H264"}]}', '2026-11-01');
INSERT INTO tasks (id, job_id, workspace_id, kind, pool, is_rest, start_ms, end_ms, renditions, status, needs_memory_bytes, queued_at, due_at) VALUES
  ('01900000-0000-7000-8000-000000000038', '01900000-0000-7000-8000-000000000033', '01900000-0000-7000-8000-000000000001',
   'CHUNK', 'GPU', true, 8000, 16000, '{360p}', 'QUEUED', 8589934592, '2026-11-01', '2026-11-01'),
  ('01900000-0000-7000-8000-000000000039', '01900000-0000-7000-8000-000000000033', '01900000-0000-7000-8000-000000000001',
   'AUDIO', 'CPU', true, 8000, NULL, '{audio}', 'QUEUED', NULL, '2026-11-01', '2026-11-01');
INSERT INTO attempts (id, task_id, number, worker_id, lease_until, outcome, error_code, error_message, error_scope,
  error_retriable, log_tail, ended_at) VALUES
  ('01900000-0000-7000-8000-000000000040', '01900000-0000-7000-8000-000000000035', 1, 'w1', '2026-11-01', 'COMPLETED',
   NULL, NULL, NULL, NULL, NULL, '2026-11-01'),
  ('01900000-0000-7000-8000-000000000041', '01900000-0000-7000-8000-000000000036', 1, 'w1', '2026-11-01', 'FAILED',
   'ENCODER_FAILED', 'It broke.', 'WORKER', true, 'frame= 1', '2026-11-01'),
  ('01900000-0000-7000-8000-000000000042', '01900000-0000-7000-8000-000000000037', 1, 'w1', '2026-11-01', NULL,
   NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO parts (video_id, rendition, start_ms, attempt_id, init_key, init_sha256, codecs, segments, is_complete) VALUES
  ('01900000-0000-7000-8000-000000000010', '360p', 0, '01900000-0000-7000-8000-000000000040', 'i.mp4', 'hash', 'avc1', '[]', true);
INSERT INTO stored_folders (attempt_id, folder, video_id, files) VALUES
  ('01900000-0000-7000-8000-000000000040', '360p', '01900000-0000-7000-8000-000000000010', '[["index.m3u8",80,"AAAAAA=="]]');
INSERT INTO damages (video_id, key, code, subject, found_at) VALUES
  ('01900000-0000-7000-8000-000000000010', 'v/1.m4s', 'SEGMENT_MISSING', '360p', '2026-11-01');
INSERT INTO charged_sources (video_id, workspace_id, duration_ms, charged_at) VALUES
  ('01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000001', 60000, '2026-11-01');
INSERT INTO upload_tokens (id, workspace_id, api_key_id, hash, max_videos, max_bytes, created_at, expires_at) VALUES
  ('01900000-0000-7000-8000-000000000050', '01900000-0000-7000-8000-000000000001', '01900000-0000-7000-8000-000000000004',
   'hash', 1, 1000, '2026-11-01', '2026-11-02');
INSERT INTO upload_token_videos (video_id, token_id) VALUES
  ('01900000-0000-7000-8000-000000000010', '01900000-0000-7000-8000-000000000050');
INSERT INTO viewer_tokens (id, workspace_id, api_key_id, hash, video_ids, created_at, expires_at) VALUES
  ('01900000-0000-7000-8000-000000000051', '01900000-0000-7000-8000-000000000001', '01900000-0000-7000-8000-000000000004',
   'hash', '{01900000-0000-7000-8000-000000000010}', '2026-11-01', '2026-11-02');
INSERT INTO scrub_lease (holder, lease_until) VALUES ('api-1', '2026-11-01');
INSERT INTO events (workspace_id, video_id, type, data) VALUES
  ('01900000-0000-7000-8000-000000000001', '01900000-0000-7000-8000-000000000010', 'video.ready', '{}');
INSERT INTO outbox (attributes, data, task_id) VALUES ('{"type":"render.requested.v1"}', '{}', '01900000-0000-7000-8000-000000000037');
INSERT INTO workers (id, hostname, version, pools, slots, encoders, ffmpeg_version, started_at, last_seen_at) VALUES
  ('w1', 'host', '0.1.0', '{CPU}', 2, '{libx264}', '7.0.2', '2026-11-01', '2026-11-01');
INSERT INTO idempotency_keys (workspace_id, key, operation, input_hash, result_id) VALUES
  ('01900000-0000-7000-8000-000000000001', 'once', 'createVideo', 'hash', '01900000-0000-7000-8000-000000000010');
INSERT INTO webhook_endpoints (id, workspace_id, url, secret, position) VALUES
  ('01900000-0000-7000-8000-000000000060', '01900000-0000-7000-8000-000000000001', 'https://example.com/hook', 'whsec_', 0);
INSERT INTO webhook_deliveries (id, endpoint_id, event_at, type, body, next_attempt_at) VALUES
  ('01900000-0000-7000-8000-000000000061', '01900000-0000-7000-8000-000000000060', '2026-11-01', 'video.ready', '{}', '2026-11-01');
INSERT INTO webhook_attempts (delivery_id, number, started_at, duration_ms, request_url, request_headers, error_code, error_message) VALUES
  ('01900000-0000-7000-8000-000000000061', 1, '2026-11-01', 10, 'https://example.com/hook', '{}', 'TIMEOUT', 'No answer.');
