import { PublishedPlaylist } from "@reelay/contracts";
import type { Job } from "../../../prisma/generated/client.ts";
import type { OperationDeps } from "../../deps.ts";
import { ConflictError } from "../../errors.ts";
import type { Tx } from "../../events/record-change.ts";
import { unfinishedVariants } from "../../jobs/job-variants.ts";
import { jobUnderWay } from "../../jobs/own-job.ts";
import { missingDownload } from "../download/missing-download.ts";
import { renderAgain } from "./render-again.ts";

/**
 * Repeats a job for its unfinished variants. Throws `ConflictError` (`JOB_SUPERSEDED`, `NOTHING_TO_RETRY`,
 * `UPLOAD_EXPIRED`).
 */
export async function retryTranscode(tx: Tx, deps: OperationDeps, job: Job, newId: string): Promise<void> {
  const newer = await jobUnderWay(tx, job.videoId);
  if (newer) {
    throw new ConflictError(
      "JOB_SUPERSEDED",
      `Another job of this video is already ${newer.status}. Watch that one.`,
    );
  }
  if (await isNothingLeft(tx, job)) {
    throw new ConflictError(
      "NOTHING_TO_RETRY",
      "Every variant of this job is ready or skipped by now: there is nothing left to render.",
    );
  }
  await renderAgain(tx, deps, job, { id: newId, onlyVariants: job.onlyVariants });
}

async function isNothingLeft(tx: Tx, job: Job): Promise<boolean> {
  const { videoId } = job;
  if ((await tx.variant.count({ where: { videoId } })) === 0) return false;
  if ((await tx.variant.count({ where: unfinishedVariants(job) })) > 0) return false;
  const sounds = await tx.audioTrack.findMany({ where: { videoId }, select: { playlist: true } });
  if (sounds.some(({ playlist }) => !PublishedPlaylist.nullable().parse(playlist)?.isComplete)) return false;
  return (await missingDownload(tx, job)) === null;
}
