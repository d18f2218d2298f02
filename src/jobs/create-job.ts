import type { Profile } from "@reelay/contracts";
import type { JobPriority } from "../../prisma/generated/enums.ts";
import { recordChange, type Tx } from "../events/record-change.ts";
import { enqueueTask } from "./enqueue-task.ts";

/** Writes a job with its task: queued when its source is there (or can be fetched), else pending until `releaseJob`. */
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
  now: Date,
): Promise<void> {
  const { isReady, retryOfId, ...rest } = job;
  const { tasks } = await tx.job.create({
    data: {
      ...rest,
      kind: "TRANSCODE",
      status: isReady ? "QUEUED" : "PENDING",
      queuedAt: isReady ? now : null,
      retryOfId: retryOfId ?? null,
      tasks: { create: { kind: "RENDER", pool: "CPU" } },
    },
    include: { tasks: { select: { id: true } } },
  });
  if (isReady) for (const { id } of tasks) await enqueueTask(tx, id, now);
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
  for (const { id } of tasks) await enqueueTask(tx, id, now);
  await recordChange(tx, { ...job, jobId: job.id }, [{ type: "job.queued" }]);
}
