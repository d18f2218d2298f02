import { activeJobStatuses, type RecordedError } from "@reelay/contracts";
import { lockVideo } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { isVideoJob, storeTransaction } from "../database/index.ts";
import { removeSuperseded, settleJob } from "../jobs/index.ts";
import { refreshManifest } from "../streaming/index.ts";

/** The upload's address expired before the upload was complete. */
export const uploadExpired: RecordedError = {
  code: "UPLOAD_EXPIRED",
  message: "The source was not uploaded before its address expired. Create the video again and send it then.",
  scope: "INPUT",
  retriable: false,
};

/** The client terminated the upload. */
export const uploadTerminated: RecordedError = {
  code: "UPLOAD_TERMINATED",
  message: "The client terminated the upload before it was complete. Create the video again.",
  scope: "INPUT",
  retriable: false,
};

/**
 * A source will never arrive: fails its job, and removes everything that was made from its beginning. Does
 * nothing if the source has arrived. Safe to repeat.
 */
export async function failUpload(
  { db, store, clock, log }: Pick<OperationDeps, "db" | "store" | "clock" | "log">,
  videoId: string,
  error: RecordedError,
): Promise<void> {
  const isFailed = await db.$transaction(async (tx) => {
    if (!(await lockVideo(tx, videoId))) return false;
    const { count } = await tx.source.updateMany({
      where: { videoId, receivedAt: null, uploadUrl: { not: null } },
      data: { uploadUrl: null },
    });
    if (count === 0) return false;
    const status = { in: [...activeJobStatuses] };
    const job = await tx.job.findFirst({ where: { videoId, ...isVideoJob, status } });
    // The head cannot be continued.
    await tx.part.deleteMany({ where: { videoId } });
    await tx.asset.deleteMany({ where: { videoId } });
    if (job === null) return true;
    await settleJob(tx, job, { status: "FAILED", error }, clock());
    await refreshManifest(tx, store, videoId);
    return true;
  }, storeTransaction);
  if (isFailed) await removeSuperseded({ db, store, log }, videoId);
}
