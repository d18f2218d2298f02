import type { Db } from "../db.ts";

/** What a workspace may have, unless it says otherwise; null or left out: any number. */
export interface StorageLimits {
  storedBytes?: number | null;
  sourceMinutesPerDay?: number | null;
}

export interface SourceLimits {
  bytes: number | null;
  minutes: number | null;
}

/** The workspace's own numbers, else the installation's. */
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

/** What the workspace's sources and finished outputs take, as one snapshot has it: an index scan of the changes since they were last added up. */
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

export const dayMs = 86_400_000;

export const dayOf = (now: Date): Date => new Date(Math.floor(now.getTime() / dayMs) * dayMs);

export const nextDayMs = (now: Date): number => dayOf(now).getTime() + dayMs - now.getTime();
