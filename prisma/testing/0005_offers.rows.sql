-- Workers report again after the upgrade.
INSERT INTO workers (id, hostname, version, offer, pools, slots, started_at, last_seen_at) VALUES
  ('w1', 'host', '0.1.0', '{"pools":["cpu"],"slots":2,"kinds":[{"name":"TRANSCODE","runtime":"ffmpeg","version":"7.0"}],"encoders":["libx264"],"startWithinMs":15000}',
   '{CPU}', 2, '2026-11-01', '2026-11-01');
