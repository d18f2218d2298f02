import { activeJobStatuses } from "@reelay/contracts";
import type { Job } from "../../prisma/generated/client.ts";
import { lockVideo, type Viewer } from "../auth/index.ts";
import { renderingJobKinds } from "../database/index.ts";
import { NotFoundError } from "../errors/index.ts";
import type { Tx } from "../events/index.ts";

/** The viewer's job, with its video locked until the transaction ends. Throws `NotFoundError`. */
export async function lockOwnJob(tx: Tx, viewer: Viewer, jobId: string): Promise<Job> {
  const where = { id: jobId, workspaceId: viewer.workspaceId };
  const found = await tx.job.findFirst({ where, select: { videoId: true } });
  if (found) await lockVideo(tx, found.videoId);
  // Read again, since it may have ended while waiting for the lock.
  const job = found && (await tx.job.findFirst({ where }));
  if (job) return job;
  throw new NotFoundError("JOB_NOT_FOUND", "There is no such job in this workspace. `jobs` lists all jobs.");
}

/**
 * The video's waiting or running job of these kinds, if any. There is at most one of each kind. Default: the
 * job that renders it or an edition of it.
 */
export const jobUnderWay = (
  tx: Tx,
  videoId: string,
  ...kinds: readonly Job["kind"][]
): Promise<Pick<Job, "id" | "status"> | null> =>
  tx.job.findFirst({
    where: {
      videoId,
      kind: { in: [...(kinds.length > 0 ? kinds : renderingJobKinds)] },
      status: { in: [...activeJobStatuses] },
    },
    select: { id: true, status: true },
  });
