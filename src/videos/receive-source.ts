import { activeJobStatuses } from "@reelay/contracts";
import { lockVideo, type Viewer, videoNotFound } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { isVideoJob, storeTransaction } from "../database/index.ts";
import { ConflictError } from "../errors/index.ts";
import { recordChange } from "../events/index.ts";
import { releaseJob, videoMayBecome } from "../jobs/index.ts";
import { refreshStatus } from "../streaming/index.ts";

/** A source has been stored: its job starts. Safe to repeat. */
export async function receiveSource(
  { db, store, clock }: Pick<OperationDeps, "db" | "store" | "clock">,
  videoId: string,
): Promise<void> {
  await db.$transaction(async (tx) => {
    if (!(await lockVideo(tx, videoId))) return;
    const now = clock();
    const { count } = await tx.source.updateMany({
      where: { videoId, receivedAt: null },
      // The token stays valid until it expires: a client that missed the last response asks again.
      data: { receivedAt: now, uploadUrl: null },
    });
    if (count === 0) return;
    const job = await tx.job.findFirst({
      where: { videoId, ...isVideoJob, status: "PENDING" },
      select: { id: true, workspaceId: true, videoId: true },
    });
    const { workspaceId } = await tx.video.findUniqueOrThrow({ where: { id: videoId } });
    await recordChange(tx, { workspaceId, videoId }, [{ type: "video.source-received" }]);
    await tx.video.updateMany({
      where: {
        id: videoId,
        status: { equals: "AWAITING_SOURCE", ...videoMayBecome("PROCESSING") },
        jobs: { some: { status: { in: [...activeJobStatuses] } } },
      },
      data: { status: "PROCESSING" },
    });
    // A job that started early is already running and continues.
    if (job !== null) await releaseJob(tx, job, now);
    await refreshStatus(tx, store, videoId);
  }, storeTransaction);
}

/**
 * Completes an upload that went directly to the store. Throws `NotFoundError`, `ConflictError`
 * (`UPLOAD_INCOMPLETE`).
 */
export async function completeUpload(
  deps: OperationDeps,
  viewer: Viewer,
  { videoId }: { videoId: string },
): Promise<{ videoId: string }> {
  const source = await deps.db.source.findFirst({
    where: { videoId, video: { workspaceId: viewer.workspaceId } },
  });
  if (source === null) throw videoNotFound();
  if (source.receivedAt !== null || source.kind !== "UPLOAD") return { videoId };
  const object = await deps.store.head(source.objectKey);
  if (object === null || BigInt(object.sizeBytes) !== source.sizeBytes) {
    throw new ConflictError(
      "UPLOAD_INCOMPLETE",
      `The store has ${object ? `${object.sizeBytes} bytes` : "nothing"} of this video's upload, and ${source.sizeBytes} bytes were announced. Send the rest first.`,
    );
  }
  await receiveSource(deps, videoId);
  return { videoId };
}
