import type { Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { storeTransaction } from "../database/index.ts";
import { ConflictError } from "../errors/index.ts";
import { recordChange } from "../events/index.ts";
import { refreshManifest } from "../streaming/index.ts";
import { lockOwnJob } from "./own-job.ts";
import { removeSuperseded } from "./remove-superseded.ts";
import { canceled, settleJob } from "./settle-job.ts";
import { stopOpenAttempts } from "./stop-attempts.ts";

/**
 * Cancels a job. A waiting one is canceled immediately. A running one is canceled when its worker has
 * stopped, which receives a control message now; the sweeper handles workers that do not respond. Canceling a
 * canceled job changes nothing. Throws `NotFoundError`, `ConflictError` (`JOB_ENDED`).
 */
export async function cancelJob(
  deps: OperationDeps,
  viewer: Viewer,
  { jobId }: { jobId: string },
): Promise<{ jobId: string }> {
  const settled = await deps.db.$transaction(async (tx) => {
    const job = await lockOwnJob(tx, viewer, jobId);
    if (job.status === "CANCELED") return null;
    if (job.endedAt !== null) {
      throw new ConflictError(
        "JOB_ENDED",
        `The job has ended as ${job.status}. Only a waiting or running job can be canceled.`,
      );
    }
    const now = deps.clock();
    await tx.job.update({ where: { id: jobId }, data: { cancelRequestedAt: job.cancelRequestedAt ?? now } });
    const running = await stopOpenAttempts(tx, { videoId: job.videoId, jobId, reason: "CANCELED", now });
    if (running > 0) {
      await recordChange(tx, { ...job, jobId }, [{ type: "job.cancel-requested" }]);
      return null;
    }
    await settleJob(tx, job, canceled, now);
    await refreshManifest(tx, deps.store, job.videoId);
    return job.videoId;
  }, storeTransaction);
  // Earlier attempts may have left output.
  if (settled !== null) await removeSuperseded(deps, settled);
  return { jobId };
}
