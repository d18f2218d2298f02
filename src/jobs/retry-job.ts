import { randomUUID } from "node:crypto";
import { activeJobStatuses, Profile } from "@reelay/contracts";
import type { Viewer } from "../auth/viewer.ts";
import type { OperationDeps } from "../deps.ts";
import { ConflictError } from "../errors.ts";
import { checkIdempotencyKey, claimIdempotencyKey } from "../idempotency.ts";
import { createJob } from "./create-job.ts";
import { lockOwnJob } from "./own-job.ts";

/**
 * Repeats a job that failed or was canceled as a new job: terminal states absorb, and the old one stays as history. Variants that are
 * ready are kept. Throws `NotFoundError`, `ConflictError` (`JOB_NOT_ENDED`, `JOB_SUCCEEDED`, `JOB_SUPERSEDED`, `UPLOAD_EXPIRED`).
 */
export async function retryJob(
  deps: OperationDeps,
  viewer: Viewer,
  { jobId, idempotencyKey }: { jobId: string; idempotencyKey?: string | null },
): Promise<{ jobId: string }> {
  if (typeof idempotencyKey === "string") checkIdempotencyKey(idempotencyKey);
  return await deps.db.$transaction(async (tx) => {
    const job = await lockOwnJob(tx, viewer, jobId);
    const id = randomUUID();
    const { workspaceId, videoId } = job;
    if (typeof idempotencyKey === "string") {
      const claim = {
        workspaceId,
        key: idempotencyKey,
        operation: "retryJob",
        input: { jobId },
        resultId: id,
      };
      const earlier = await claimIdempotencyKey(tx, claim);
      if (earlier !== null) return { jobId: earlier };
    }
    if (job.endedAt === null) {
      throw new ConflictError(
        "JOB_NOT_ENDED",
        `The job is ${job.status}; wait for its end, or cancel it first.`,
      );
    }
    if (job.status === "SUCCEEDED") {
      throw new ConflictError("JOB_SUCCEEDED", "The job has succeeded: there is nothing to repeat.");
    }
    const newer = await tx.job.findFirst({
      where: { videoId, status: { in: [...activeJobStatuses] } },
      select: { status: true },
    });
    if (newer) {
      throw new ConflictError(
        "JOB_SUPERSEDED",
        `Another job of this video is ${newer.status} already; watch that one.`,
      );
    }
    const now = deps.clock();
    const source = await tx.source.findUniqueOrThrow({ where: { videoId } });
    const isReady = source.receivedAt !== null || source.kind === "URL";
    if (!isReady && (source.uploadExpiresAt === null || source.uploadExpiresAt <= now)) {
      throw new ConflictError(
        "UPLOAD_EXPIRED",
        "The upload's address has expired and the source never came; create the video anew.",
      );
    }
    await tx.variant.updateMany({
      where: { videoId, status: { notIn: ["READY", "SKIPPED"] } },
      data: {
        status: "PENDING",
        fraction: 0,
        fps: null,
        speed: null,
        etaMs: null,
        frames: 0,
        sizeBytes: 0n,
        errorCode: null,
        errorMessage: null,
        errorRetriable: null,
        attemptId: null,
      },
    });
    const { playableAt } = await tx.video.findUniqueOrThrow({ where: { id: videoId } });
    await tx.video.update({
      where: { id: videoId },
      data: {
        status: !isReady ? "AWAITING_SOURCE" : playableAt ? "PLAYABLE" : "PROCESSING",
        errorCode: null,
        errorMessage: null,
        errorScope: null,
      },
    });
    const { priority } = job;
    await createJob(
      tx,
      { id, workspaceId, videoId, profile: Profile.parse(job.profile), priority, isReady, retryOfId: jobId },
      { now, maxActiveJobs: deps.limits.activeJobs },
    );
    return { jobId: id };
  });
}
