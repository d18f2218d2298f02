import { type AssetKind, type KindParams, type Profile, requirementsOf } from "@reelay/contracts";
import { activeTraceParent } from "@reelay/telemetry";
import type { JobPriority } from "../../../prisma/generated/enums.ts";
import { recordChange, type Tx } from "../../events/index.ts";
import { taskParams } from "../../jobs/index.ts";
import { readActiveJobs, withinActiveJobs } from "../../quotas/index.ts";
import { readPool } from "../../workers/index.ts";

interface NewAssetJob {
  id: string;
  workspaceId: string;
  videoId: string;
  kind: AssetKind;
  /** The profile of the video's job, with this job's own settings. */
  profile: Profile;
  priority: JobPriority;
  /** `Task.params`. Default: none of its own. */
  params?: KindParams;
  /** No user requested it: it runs after all first tasks and does not count against the workspace's quota. */
  isBackground?: boolean;
  retryOfId?: string;
  /** The job whose output it needs. Default: it can start. */
  dependsOnId?: string | null;
}

/**
 * Queues a job of one task for an asset, and records the event. The caller holds the video's lock and has
 * checked that no job of its kind is under way. Throws `QuotaExceededError`.
 */
export async function createAssetJob(
  tx: Tx,
  { params = { version: 1 }, isBackground = false, retryOfId, dependsOnId = null, ...job }: NewAssetJob,
  { now, maxActiveJobs }: { now: Date; maxActiveJobs: number | null },
): Promise<void> {
  const { id: jobId, workspaceId, videoId, kind, priority } = job;
  const write = async () => {
    const requirements = requirementsOf(kind, job.profile);
    const pool = await readPool(tx, requirements, now);
    await tx.job.updateMany({ where: { videoId, kind, isSuperseded: false }, data: { isSuperseded: true } });
    const isReady = dependsOnId === null;
    const queued = { status: isReady ? "QUEUED" : "PENDING", queuedAt: isReady ? now : null } as const;
    const place = {
      ...{ workspaceId, priority, pool, requirements, params: taskParams(kind, params) },
      isRest: isBackground,
      dueAt: queued.queuedAt,
      availableAt: now,
    };
    await tx.job.create({
      data: {
        ...job,
        ...queued,
        retryOfId: retryOfId ?? null,
        dependsOnId,
        createdAt: now,
        traceParent: activeTraceParent(),
        tasks: { create: [{ ...queued, ...place, kind }] },
      },
    });
  };
  if (isBackground) await write();
  else
    await withinActiveJobs(tx, { workspaceId, now, maxActiveJobs }, async (room) => {
      const { limit, used } = await readActiveJobs(tx, workspaceId, maxActiveJobs);
      if (limit !== null && used + room > limit) return false;
      await write();
      return true;
    });
  await recordChange(tx, { workspaceId, videoId, jobId }, [
    { type: dependsOnId === null ? "job.queued" : "job.created", data: { kind } },
  ]);
}
