import { type Viewer, videoNotFound } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { isRenderingJob } from "../database/index.ts";
import { ConflictError } from "../errors/index.ts";
import type { Tx } from "../events/index.ts";
import { onceByKey } from "../idempotency/index.ts";
import { type KindRegistry, lockOwnJob } from "../jobs/index.ts";
import { kinds } from "./registry.ts";

/**
 * Repeats a failed or canceled job as a new job. Finished variants are kept. Throws `NotFoundError`,
 * `ConflictError` (`JOB_NOT_ENDED`, `JOB_SUCCEEDED`, `JOB_SUPERSEDED`, `UPLOAD_EXPIRED`, `NOTHING_TO_RETRY`).
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

/**
 * Repeats the newest job that renders the video or an edition of it. Throws like `retryJob`. In a bulk
 * request each video has a key of its own, so a repeated request retries none of them twice.
 */
export async function retryVideo(
  deps: OperationDeps,
  viewer: Viewer,
  { videoId, idempotencyKey, isOneOfMany = false }: RetryVideoInput,
): Promise<{ videoId: string }> {
  const { workspaceId } = viewer;
  const request = {
    workspaceId,
    key: idempotencyKey,
    owner: isOneOfMany ? videoId : undefined,
    operation: "retryVideo",
    input: { videoId },
  };
  await onceByKey(deps.db, request, async (tx, newId) => {
    const job = await tx.job.findFirst({
      where: { videoId, workspaceId, isSuperseded: false, ...isRenderingJob },
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      select: { id: true },
    });
    if (job === null) throw videoNotFound();
    await retryJobIn(tx, deps, viewer, { jobId: job.id, newId });
  });
  return { videoId };
}

interface RetryVideoInput {
  videoId: string;
  idempotencyKey?: string | null;
  isOneOfMany?: boolean;
}

/** The same inside a transaction; the new job gets `newId`. */
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
      `The job is ${job.status}. Wait for its end, or cancel it first.`,
    );
  }
  if (job.status === "SUCCEEDED") {
    throw new ConflictError("JOB_SUCCEEDED", "The job has succeeded, so there is nothing to repeat.");
  }
  const kind = (kinds as KindRegistry)[job.kind];
  if (kind === undefined) throw new Error(`There is no kind ${job.kind}.`);
  await kind.retry(tx, deps, job, newId);
}
