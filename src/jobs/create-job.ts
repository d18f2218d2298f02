import type { Profile } from "@reelay/contracts";
import type { JobPriority } from "../../prisma/generated/enums.ts";
import { recordChange, type Tx } from "../events/record-change.ts";
import { enqueueTasks } from "./enqueue-task.ts";
import { assertActiveJobs } from "./quota.ts";

/**
 * Writes a job with its task: queued when its source is there (or can be fetched), else pending until `releaseJob`.
 * Throws `QuotaExceededError` when the workspace has as many jobs under way as it may.
 */
export async function createJob(
  tx: Tx,
  job: {
    id: string;
    workspaceId: string;
    videoId: string;
    profile: Profile;
    priority: JobPriority;
    isReady: boolean;
    retryOfId?: string;
  },
  { now, maxActiveJobs }: { now: Date; maxActiveJobs: number | null },
): Promise<void> {
  const { isReady, retryOfId, ...rest } = job;
  const { workspaceId, priority } = job;
  await assertActiveJobs(tx, { workspaceId, now, maxActiveJobs });
  const queued = { status: isReady ? "QUEUED" : "PENDING", queuedAt: isReady ? now : null } as const;
  await tx.job.create({
    data: {
      ...rest,
      kind: "TRANSCODE",
      ...queued,
      retryOfId: retryOfId ?? null,
      tasks: { create: { ...queued, workspaceId, priority, kind: "RENDER", pool: "CPU", availableAt: now } },
    },
  });
  const subject = { workspaceId: job.workspaceId, videoId: job.videoId, jobId: job.id };
  await recordChange(tx, subject, [{ type: isReady ? "job.queued" : "job.created" }]);
}

/** Queues a pending job whose source has come. */
export async function releaseJob(
  tx: Tx,
  job: { id: string; workspaceId: string; videoId: string },
  now: Date,
): Promise<void> {
  await tx.job.update({ where: { id: job.id }, data: { status: "QUEUED", queuedAt: now } });
  const tasks = await tx.task.findMany({ where: { jobId: job.id, status: "PENDING" }, select: { id: true } });
  await enqueueTasks(
    tx,
    tasks.map(({ id }) => id),
    { now },
  );
  await recordChange(tx, { ...job, jobId: job.id }, [{ type: "job.queued" }]);
}
