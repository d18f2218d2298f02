import { PublishedPlaylist } from "@reelay/contracts";
import type { Job } from "../../prisma/generated/client.ts";
import type { Viewer } from "../auth/viewer.ts";
import type { OperationDeps } from "../deps.ts";
import { ConflictError } from "../errors.ts";
import type { Tx } from "../events/record-change.ts";
import { retryFollowUp } from "../follow-ups/retry-follow-up.ts";
import { onceByKey } from "../idempotency.ts";
import { missingDownload } from "../parts/missing-download.ts";
import { videoNotFound } from "../videos/own-video.ts";
import { unfinishedVariants } from "./job-variants.ts";
import { lockOwnJob } from "./own-job.ts";
import { jobUnderWay, renderAgain } from "./render-again.ts";

/**
 * Repeats a job that failed or was canceled as a new job, for the same variants; those that are ready are kept.
 * Throws `NotFoundError`, `ConflictError` (`JOB_NOT_ENDED`, `JOB_SUCCEEDED`, `JOB_SUPERSEDED`, `UPLOAD_EXPIRED`, `NOTHING_TO_RETRY`).
 */
export async function retryJob(
  deps: OperationDeps,
  viewer: Viewer,
  { jobId, idempotencyKey }: { jobId: string; idempotencyKey?: string | null },
): Promise<{ jobId: string }> {
  const { workspaceId } = viewer;
  const request = { workspaceId, key: idempotencyKey, operation: "retryJob", input: { jobId } };
  const id = await onceByKey(deps.db, request, (tx, newId) => retryJobIn(tx, deps, viewer, { jobId, newId }));
  return { jobId: id };
}

/** Repeats the newest job that renders the video's variants. Throws as `retryJob` does. */
export async function retryVideo(
  deps: OperationDeps,
  viewer: Viewer,
  { videoId, idempotencyKey }: { videoId: string; idempotencyKey?: string | null },
): Promise<{ videoId: string }> {
  const { workspaceId } = viewer;
  const request = { workspaceId, key: idempotencyKey, operation: "retryVideo", input: { videoId } };
  await onceByKey(deps.db, request, async (tx, newId) => {
    const job = await tx.job.findFirst({
      where: { videoId, workspaceId, kind: "TRANSCODE" },
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      select: { id: true },
    });
    if (job === null) throw videoNotFound();
    await retryJobIn(tx, deps, viewer, { jobId: job.id, newId });
  });
  return { videoId };
}

/** The same inside a transaction: the new job gets `newId`. */
export async function retryJobIn(
  tx: Tx,
  deps: OperationDeps,
  viewer: Viewer,
  { jobId, newId }: { jobId: string; newId: string },
): Promise<void> {
  const job = await lockOwnJob(tx, viewer, jobId);
  if (job.endedAt === null) {
    throw new ConflictError(
      "JOB_NOT_ENDED",
      `The job is ${job.status}; wait for its end, or cancel it first.`,
    );
  }
  if (job.status === "SUCCEEDED") {
    throw new ConflictError("JOB_SUCCEEDED", "The job has succeeded: there is nothing to repeat.");
  }
  if (job.kind !== "TRANSCODE") return await retryFollowUp(tx, deps, job, newId);
  const newer = await jobUnderWay(tx, job.videoId);
  if (newer) {
    throw new ConflictError(
      "JOB_SUPERSEDED",
      `Another job of this video is ${newer.status} already; watch that one.`,
    );
  }
  if (await isNothingLeft(tx, job)) {
    throw new ConflictError(
      "NOTHING_TO_RETRY",
      "Every variant that this job was for is ready or skipped by now: there is nothing left to render.",
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
