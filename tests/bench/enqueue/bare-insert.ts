import { randomUUID } from "node:crypto";
import { Pool, type PoolClient } from "pg";
import { defaultProfile } from "../../../src/profiles/index.ts";

/**
 * Rows per second of the same tables as a mutation's, each set in a transaction of its own, by `connections`
 * clients of pg alone.
 */
export async function insertBare(
  databaseUrl: string,
  { workspaceId, sets, connections }: { workspaceId: string; sets: number; connections: number },
): Promise<number> {
  const pool = new Pool({ connectionString: databaseUrl, max: connections });
  const profile = JSON.stringify(defaultProfile);
  let next = 0;
  const client = async () => {
    const connection = await pool.connect();
    while (next < sets) {
      const index = (next += 1);
      await insertSet(connection, { workspaceId, profile, index });
    }
    connection.release();
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: connections }, client));
  const seconds = (performance.now() - startedAt) / 1_000;
  await pool.end();
  return sets / seconds;
}

async function insertSet(
  client: PoolClient,
  { workspaceId, profile, index }: { workspaceId: string; profile: string; index: number },
): Promise<void> {
  const [videoId, jobId] = [randomUUID(), randomUUID()];
  await client.query("BEGIN");
  await client.query({
    name: "key",
    text: `INSERT INTO idempotency_keys (workspace_id, key, operation, input_hash, result_id) VALUES ($1, $2, 'createVideo', $3, $4)`,
    values: [workspaceId, randomUUID(), "0".repeat(64), videoId],
  });
  await client.query({
    name: "video",
    text: `INSERT INTO videos (id, workspace_id, title, profile, status) VALUES ($1, $2, $3, 'default', 'PROCESSING')`,
    values: [videoId, workspaceId, `Lecture ${index}`],
  });
  await client.query({
    name: "source",
    text: `INSERT INTO sources (video_id, kind, url, filename, object_key) VALUES ($1, 'URL', $2, 'a.mp4', $3)`,
    values: [videoId, `https://example.com/${index}.mp4`, `videos/${videoId}/source/a.mp4`],
  });
  await client.query({
    name: "job",
    // Ended, so that no dispatcher takes it: what is compared is the writing.
    text: `INSERT INTO jobs (id, workspace_id, video_id, kind, status, profile, queued_at, ended_at)
           VALUES ($1, $2, $3, 'TRANSCODE', 'CANCELED', $4, now(), now())`,
    values: [jobId, workspaceId, videoId, profile],
  });
  await client.query({
    name: "task",
    text: `INSERT INTO tasks (id, job_id, workspace_id, kind, pool, requirements, status, queued_at, ended_at)
           VALUES ($1, $2, $3, 'RENDER', 'CPU', '{"version":1,"runtime":"ffmpeg"}', 'CANCELED', now(), now())`,
    values: [randomUUID(), jobId, workspaceId],
  });
  await client.query({
    name: "events",
    text: `INSERT INTO events (workspace_id, video_id, job_id, type)
           VALUES ($1, $2, NULL, 'video.created'), ($1, $2, $3, 'job.queued')`,
    values: [workspaceId, videoId, jobId],
  });
  await client.query("COMMIT");
}
