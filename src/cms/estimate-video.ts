import { activeJobStatuses } from "@reelay/contracts";
import type { OperationDeps } from "../context/index.ts";
import { isVideoJob } from "../database/index.ts";
import { estimate } from "../jobs/index.ts";

/**
 * Estimated milliseconds until a video's active job ends; null without data for an estimate, or without a
 * job.
 */
export async function estimateVideo(
  { db, clock }: Pick<OperationDeps, "db" | "clock">,
  videoId: string,
): Promise<number | null> {
  const job = await db.job.findFirst({
    where: { videoId, ...isVideoJob, status: { in: [...activeJobStatuses] } },
    select: { id: true },
  });
  return job && ((await estimate(db, [job.id], clock())).get(job.id) ?? null);
}
