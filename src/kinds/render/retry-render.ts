import { PublishedPlaylist } from "@reelay/contracts";
import type { Job } from "../../../prisma/generated/client.ts";
import type { OperationDeps } from "../../context/index.ts";
import { ConflictError } from "../../errors/index.ts";
import type { Tx } from "../../events/index.ts";
import { jobUnderWay, unfinishedVariants } from "../../jobs/index.ts";
import { missingAssets } from "../asset-kinds.ts";
import { renderAgain } from "./render-again.ts";

/**
 * Repeats a job for its unfinished variants. Throws `ConflictError` (`JOB_SUPERSEDED`, `NOTHING_TO_RETRY`,
 * `UPLOAD_EXPIRED`).
 */
export async function retryRender(tx: Tx, deps: OperationDeps, job: Job, newId: string): Promise<void> {
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
  const audioTracks = await tx.audioTrack.findMany({ where: { videoId }, select: { playlist: true } });
  if (audioTracks.some(({ playlist }) => !PublishedPlaylist.nullable().parse(playlist)?.isComplete))
    return false;
  return (await missingAssets(tx, job)).length === 0;
}
