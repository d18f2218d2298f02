import type { Pool } from "../../prisma/generated/enums.ts";
import type { Db } from "../db.ts";

/** How recently a worker must have been heard of to count as there. */
const workerGraceSeconds = 30;

/** How many jobs of the same pool are taken before each: 1 is the next. Null for jobs that do not wait in the queue. */
export async function queuePosition(db: Db, jobIds: readonly string[]): Promise<Map<string, number | null>> {
  const positions = new Map<string, number | null>(jobIds.map((id) => [id, null]));
  if (jobIds.length === 0) return positions;
  const rows = await db.$queryRaw<Array<{ id: string; position: number }>>`
    SELECT id, position FROM (
      SELECT j.id, row_number() OVER (PARTITION BY t.pool ORDER BY j.queued_at, j.id)::int AS position
      FROM jobs j JOIN tasks t ON t.job_id = j.id
      WHERE j.status = 'QUEUED' AND t.status = 'QUEUED'
    ) waiting
    WHERE id = ANY (${[...jobIds]}::uuid[])`;
  for (const { id, position } of rows) positions.set(id, position);
  return positions;
}

/** Why each job does not run, in a sentence. Null for jobs that run or have ended. */
export async function waitReason(db: Db, jobIds: readonly string[]): Promise<Map<string, string | null>> {
  const reasons = new Map<string, string | null>(jobIds.map((id) => [id, null]));
  if (jobIds.length === 0) return reasons;
  const rows = await db.$queryRaw<
    Array<{
      id: string;
      status: string;
      pool: Pool;
      availableAt: Date;
      isBackingOff: boolean;
      hasWorker: boolean;
    }>
  >`
    SELECT j.id, j.status, t.pool, t.available_at AS "availableAt", t.available_at > now() AS "isBackingOff",
      EXISTS (SELECT 1 FROM workers w WHERE t.pool = ANY (w.pools) AND NOT w.is_stopping
        AND w.last_seen_at > now() - make_interval(secs => ${workerGraceSeconds})) AS "hasWorker"
    FROM jobs j JOIN tasks t ON t.job_id = j.id
    WHERE j.status IN ('PENDING', 'QUEUED') AND t.status IN ('PENDING', 'QUEUED')
      AND j.id = ANY (${[...jobIds]}::uuid[])`;
  for (const row of rows) reasons.set(row.id, toReason(row));
  return reasons;
}

function toReason(row: {
  status: string;
  pool: Pool;
  availableAt: Date;
  isBackingOff: boolean;
  hasWorker: boolean;
}): string {
  if (row.status === "PENDING") return "Waiting for the source to be uploaded.";
  if (row.isBackingOff) return `Waiting until ${row.availableAt.toISOString()} before the next try.`;
  if (!row.hasWorker) return `No worker of the pool ${row.pool} is there; start one with \`npm run worker\`.`;
  return "Waiting for a free worker.";
}

export interface PoolOverview {
  pool: Pool;
  queued: number;
  running: number;
  oldestQueuedAt: Date | null;
}

/** The workspace's tasks that wait and run, per pool. */
export function queueOverview(db: Db, workspaceId: string): Promise<PoolOverview[]> {
  return db.$queryRaw<PoolOverview[]>`
    SELECT t.pool, count(*) FILTER (WHERE t.status = 'QUEUED')::int AS queued,
      count(*) FILTER (WHERE t.status = 'RUNNING')::int AS running,
      min(j.queued_at) FILTER (WHERE t.status = 'QUEUED') AS "oldestQueuedAt"
    FROM tasks t JOIN jobs j ON j.id = t.job_id
    WHERE j.workspace_id = ${workspaceId}::uuid AND t.status IN ('QUEUED', 'RUNNING')
    GROUP BY t.pool ORDER BY t.pool`;
}
