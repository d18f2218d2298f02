import type { Db } from "../database/index.ts";
import { QuotaExceededError } from "../errors/index.ts";
import type { Tx } from "../events/index.ts";

/**
 * A workspace this far below its limit needs no lock: a fleet of API processes has fewer connections.
 */
const SAFE_DISTANCE = 500;
const LEAST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;

/**
 * Writes a job if the workspace may have one more under way. `write` receives how far below the limit the
 * workspace must be, counts, and returns false without writing when it is not. Throws `QuotaExceededError`.
 * Part of the transaction that makes the job.
 *
 * Counting costs an index scan, of as many entries as the limit at most. Far from the limit it is all: those
 * who count at the same time cannot reach it together. Near the limit they take turns by an advisory lock
 * until their commit, so that the limit is exact. A counter row was considered: every enqueue of a workspace
 * would wait for the commit of the one before.
 */
export async function withinActiveJobs(
  tx: Tx,
  { workspaceId, now, maxActiveJobs }: { workspaceId: string; now: Date; maxActiveJobs: number | null },
  write: (room: number) => Promise<boolean>,
): Promise<void> {
  if (await write(SAFE_DISTANCE)) return;
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('reelay.active-jobs'), hashtext(${workspaceId}))`;
  if (await write(1)) return;
  const { limit, used } = await readActiveJobs(tx, workspaceId, maxActiveJobs);
  if (limit === null) throw new Error(`Workspace ${workspaceId} has no limit, and no room.`);
  throw await quotaExceeded(tx, { workspaceId, now, limit, used });
}

/**
 * Throws `QuotaExceededError` if the workspace has no room for one more job now: nothing is held, others may
 * take it.
 */
export async function checkActiveJobs(
  db: Db,
  { workspaceId, now, maxActiveJobs }: { workspaceId: string; now: Date; maxActiveJobs: number | null },
): Promise<void> {
  const { limit, used } = await readActiveJobs(db, workspaceId, maxActiveJobs);
  if (limit !== null && used >= limit) throw await quotaExceeded(db, { workspaceId, now, limit, used });
}

const quotaExceeded = async (
  db: Db,
  { workspaceId, now, limit, used }: { workspaceId: string; now: Date; limit: number; used: number },
): Promise<QuotaExceededError> =>
  new QuotaExceededError(
    `The workspace has ${used} jobs under way, and may have ${limit}: wait until some have ended, or cancel some. \`queue.quotas\` shows the numbers.`,
    { quota: "ACTIVE_JOBS", limit, used, retryAfterMs: await nextEndMs(db, workspaceId, now) },
  );

/** What the workspace may have, and has up to that. */
export async function readActiveJobs(
  db: Db,
  workspaceId: string,
  maxActiveJobs: number | null,
): Promise<{ limit: number | null; used: number }> {
  const [row] = await db.$queryRaw<[{ limit: number | null; used: number }]>`
    SELECT coalesce(w.max_active_jobs, ${maxActiveJobs}::int) AS limit, (SELECT count(*)::int FROM (
      SELECT 1 FROM jobs WHERE workspace_id = w.id AND status IN ('PENDING', 'QUEUED', 'RUNNING')
      LIMIT coalesce(w.max_active_jobs, ${maxActiveJobs}::int)) active) AS used
    FROM workspaces w WHERE w.id = ${workspaceId}::uuid`;
  return row;
}

/** Jobs under way, up to `upTo`: what counting may cost. */
export async function countActive(db: Db, workspaceId: string, upTo = 1_000_000): Promise<number> {
  const [row] = await db.$queryRaw<[{ count: number }]>`
    SELECT count(*)::int AS count FROM (
      SELECT 1 FROM jobs WHERE workspace_id = ${workspaceId}::uuid AND status IN ('PENDING', 'QUEUED', 'RUNNING') LIMIT ${upTo}
    ) active`;
  return row.count;
}

/**
 * How far apart the last jobs of the workspace ended, on average of the last ten minutes: after so long one
 * more may fit.
 */
async function nextEndMs(db: Db, workspaceId: string, now: Date): Promise<number> {
  const windowMs = 600_000;
  const ended = await db.job.count({
    where: { workspaceId, endedAt: { gt: new Date(now.getTime() - windowMs) } },
  });
  const spacing = ended === 0 ? LONGEST_RETRY_MS : windowMs / ended;
  return Math.round(Math.min(Math.max(spacing, LEAST_RETRY_MS), LONGEST_RETRY_MS));
}
