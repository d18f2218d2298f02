import { activeJobStatuses, type RecordedError } from "@reelay/contracts";
import { lockVideo } from "../auth/own-video.ts";
import { storeTransaction } from "../database/db.ts";
import { isVideoJob } from "../database/job-kinds.ts";
import type { OperationDeps } from "../deps.ts";
import { removeLosers } from "../jobs/remove-losers.ts";
import { settleJob } from "../jobs/settle-job.ts";
import { refreshManifest } from "../streaming/refresh-manifest.ts";

/** An upload's address expired before all of it had come. */
export const uploadExpired: RecordedError = {
  code: "UPLOAD_EXPIRED",
  message: "The source was not uploaded before its address expired; create the video anew and send it then.",
  scope: "INPUT",
  retriable: false,
};

/** Its client gave an upload up. */
export const uploadTerminated: RecordedError = {
  code: "UPLOAD_TERMINATED",
  message: "The upload was terminated by its client before all of it had come; create the video anew.",
  scope: "INPUT",
  retriable: false,
};

/**
 * A source will never come: its job fails, and with it what was made of its beginning, which stops playing and is removed. Nothing happens to
 * one that has come. Doing it again changes nothing.
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
    // There is no rest to go on with.
    await tx.part.deleteMany({ where: { videoId } });
    await tx.video.update({ where: { id: videoId }, data: { posterKey: null } });
    if (job === null) return true;
    await settleJob(tx, job, { status: "FAILED", error }, clock());
    await refreshManifest(tx, store, videoId);
    return true;
  }, storeTransaction);
  if (isFailed) await removeLosers({ db, store, log }, videoId);
}
