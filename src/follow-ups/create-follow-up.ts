import type { FollowUpKind, Profile } from "@reelay/contracts";
import { activeTraceParent } from "@reelay/telemetry";
import type { JobPriority } from "../../prisma/generated/enums.ts";
import { recordChange, type Tx } from "../events/record-change.ts";
import { readAnyPool } from "../jobs/plan-pool.ts";
import { readActiveJobs, withinActiveJobs } from "../jobs/quota.ts";

export interface NewFollowUp {
  id: string;
  workspaceId: string;
  videoId: string;
  kind: FollowUpKind;
  /** That of the video's job, with what this one is to make. */
  profile: Profile;
  priority: JobPriority;
  /** Of a poster: where of the timeline. */
  atMs?: number;
  /** Nobody asked for it: it goes after all first tasks, and whatever the workspace's quota says. */
  isUnasked?: boolean;
  retryOfId?: string;
}

/**
 * Writes a job of one task that makes something of a video besides its variants, into the queue, and the event. The caller holds the video's lock, and has seen that none
 * of its kind is under way. Throws `QuotaExceededError`.
 */
export async function createFollowUp(
  tx: Tx,
  { atMs = 0, isUnasked = false, retryOfId, ...job }: NewFollowUp,
  { now, maxActiveJobs }: { now: Date; maxActiveJobs: number | null },
): Promise<void> {
  const { id: jobId, workspaceId, videoId, kind, priority } = job;
  const write = async () => {
    const pool = await readAnyPool(tx, now);
    await tx.job.updateMany({ where: { videoId, kind, isSuperseded: false }, data: { isSuperseded: true } });
    const queued = { status: "QUEUED", queuedAt: now } as const;
    const place = { workspaceId, priority, pool, isRest: isUnasked, dueAt: now, availableAt: now };
    await tx.job.create({
      data: {
        ...job,
        ...queued,
        retryOfId: retryOfId ?? null,
        createdAt: now,
        traceParent: activeTraceParent(),
        tasks: { create: [{ ...queued, ...place, kind, startMs: atMs }] },
      },
    });
  };
  if (isUnasked) await write();
  else
    await withinActiveJobs(tx, { workspaceId, now, maxActiveJobs }, async (room) => {
      const { limit, used } = await readActiveJobs(tx, workspaceId, maxActiveJobs);
      if (limit !== null && used + room > limit) return false;
      await write();
      return true;
    });
  await recordChange(tx, { workspaceId, videoId, jobId }, [{ type: "job.queued", data: { kind } }]);
}
