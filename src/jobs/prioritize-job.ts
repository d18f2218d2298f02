import type { JobPriority } from "../../prisma/generated/enums.ts";
import type { Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { ConflictError } from "../errors/index.ts";
import { recordChange } from "../events/index.ts";
import { lockOwnJob } from "./own-job.ts";

/**
 * Moves a job to another lane. A running task keeps its worker. Throws `NotFoundError`, `ConflictError`
 * (`JOB_ENDED`).
 */
export async function prioritizeJob(
  deps: OperationDeps,
  viewer: Viewer,
  { jobId, priority }: { jobId: string; priority: JobPriority },
): Promise<{ jobId: string }> {
  await deps.db.$transaction(async (tx) => {
    const job = await lockOwnJob(tx, viewer, jobId);
    if (job.endedAt !== null) {
      throw new ConflictError(
        "JOB_ENDED",
        `The job has ended as ${job.status}. Its priority can no longer be changed.`,
      );
    }
    if (job.priority === priority) return;
    await tx.job.update({ where: { id: jobId }, data: { priority } });
    await tx.task.updateMany({ where: { jobId }, data: { priority } });
    await recordChange(tx, { ...job, jobId }, [{ type: "job.prioritized", data: { priority } }]);
  });
  return { jobId };
}
