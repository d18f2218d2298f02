import { Profile } from "@reelay/contracts";
import { type Job, Prisma } from "../../../prisma/generated/client.ts";
import type { OperationDeps } from "../../context/index.ts";
import { ConflictError } from "../../errors/index.ts";
import type { Tx } from "../../events/index.ts";
import { awaitVariants, createJob, unfinishedVariants, videoMayRetryAs } from "../../jobs/index.ts";
import { assertRoom } from "../../quotas/index.ts";
import { refreshStatus } from "../../streaming/index.ts";
import { playAvailableRange, whatIsLeft } from "./parts/retry-split.ts";

/**
 * Creates a new job, `id`, for the unfinished variants of an ended one: terminal states are final, and the
 * old job stays as history. The caller holds the video's lock, and has checked that no job is active.
 * Playback continues: a READY video stays READY while one of its variants is rendered.
 */
export async function renderAgain(
  tx: Tx,
  deps: OperationDeps,
  earlier: Pick<Job, "id" | "kind" | "workspaceId" | "videoId" | "profile" | "priority" | "plan">,
  { id, onlyVariants }: { id: string; onlyVariants: string[] },
): Promise<void> {
  const now = deps.clock();
  const { kind, workspaceId, videoId, priority } = earlier;
  const isReady = await isSourceThere(tx, videoId, now);
  await assertRoom(tx, workspaceId, deps.limits);
  const scope = { videoId, onlyVariants };
  await awaitVariants(tx, scope);
  await tx.variant.updateMany({
    where: unfinishedVariants(scope),
    data: { fraction: 0, frames: 0, sizeBytes: 0n, attemptId: null, quality: Prisma.DbNull },
  });
  const { playableAt, status } = await tx.video.findUniqueOrThrow({ where: { id: videoId } });
  const staysReady = status === "READY" && onlyVariants.length > 0;
  const next = staysReady ? "READY" : playableAt ? "PLAYABLE" : isReady ? "PROCESSING" : "AWAITING_SOURCE";
  await tx.video.update({
    where: { id: videoId, status: videoMayRetryAs(next) },
    data: { status: next, error: Prisma.DbNull },
  });
  const earlierOnes = { videoId, kind, isSuperseded: false };
  await tx.job.updateMany({ where: earlierOnes, data: { isSuperseded: true } });
  const profile = Profile.parse(earlier.profile);
  const left = await whatIsLeft(tx, { plan: earlier.plan, profile }, scope);
  const job = {
    id,
    kind,
    workspaceId,
    videoId,
    profile,
    priority,
    isReady,
    retryOfId: earlier.id,
    onlyVariants,
  };
  await createJob(tx, { ...job, ...(left && { left }) }, { now, maxActiveJobs: deps.limits.activeJobs });
  if (left) await playAvailableRange(tx, deps.store, { videoId, jobId: id, now });
  await refreshStatus(tx, deps.store, videoId);
  // Before the commit, which rarely fails: callers know about it, but not whether a repeat created nothing.
  deps.metrics?.jobCreated(priority);
}

/**
 * False while its upload is pending. Throws `ConflictError` (`UPLOAD_EXPIRED`) if the source will never
 * arrive.
 */
async function isSourceThere(tx: Tx, videoId: string, now: Date): Promise<boolean> {
  const source = await tx.source.findUniqueOrThrow({ where: { videoId } });
  if (source.receivedAt !== null || source.kind === "URL") return true;
  if (source.uploadUrl !== null && source.uploadExpiresAt !== null && source.uploadExpiresAt > now)
    return false;
  throw new ConflictError(
    "UPLOAD_EXPIRED",
    "The upload's address has expired, or its client terminated it, and the source never arrived. Create the video again.",
  );
}
