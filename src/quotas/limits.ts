import type { Db } from "../database/index.ts";

/** Limits of a workspace without its own; null or absent: no limit. */
export interface StorageLimits {
  storedBytes?: number | null;
  sourceMinutesPerDay?: number | null;
}

export interface SourceLimits {
  bytes: number | null;
  minutes: number | null;
}

/** The workspace's own limits, otherwise the installation's. */
export async function readSourceLimits(
  db: Db,
  workspaceId: string,
  { storedBytes = null, sourceMinutesPerDay = null }: StorageLimits,
): Promise<SourceLimits> {
  const [row] = await db.$queryRaw<[SourceLimits]>`
    SELECT coalesce(max_stored_bytes, ${storedBytes}::int8)::float8 AS bytes,
      coalesce(max_source_minutes_per_day, ${sourceMinutesPerDay}::int) AS minutes
    FROM workspaces WHERE id = ${workspaceId}::uuid`;
  return row;
}

/**
 * The size of the workspace's sources and finished outputs in one snapshot: an index scan of the changes
 * since the last sum.
 */
export async function readStoredBytes(db: Db, workspaceId: string): Promise<number> {
  const [{ used }] = await db.$queryRaw<[{ used: number }]>`
    SELECT (w.stored_bytes + coalesce((
      SELECT sum(bytes) FROM stored_bytes_changes WHERE workspace_id = w.id), 0))::float8 AS used
    FROM workspaces w WHERE w.id = ${workspaceId}::uuid`;
  return used;
}

/** Milliseconds of source that were charged since midnight, UTC. */
export async function readSourceMs(db: Db, workspaceId: string, now: Date): Promise<number> {
  const [{ used }] = await db.$queryRaw<[{ used: number }]>`
    SELECT coalesce(sum(duration_ms), 0)::float8 AS used FROM charged_sources
    WHERE workspace_id = ${workspaceId}::uuid AND charged_at >= ${dayOf(now)}`;
  return used;
}

export const DAY_MS = 86_400_000;

const dayOf = (now: Date): Date => new Date(Math.floor(now.getTime() / DAY_MS) * DAY_MS);

export const nextDayMs = (now: Date): number => dayOf(now).getTime() + DAY_MS - now.getTime();
