import { Profile } from "@reelay/contracts";
import { type Job, Prisma } from "../../../prisma/generated/client.ts";
import type { OperationDeps } from "../../deps.ts";
import { ConflictError } from "../../errors.ts";
import type { Tx } from "../../events/record-change.ts";
import { createJob } from "../../jobs/create-job.ts";
import { awaitVariants, unfinishedVariants } from "../../jobs/job-variants.ts";
import { videoMayRetryAs } from "../../jobs/may-become.ts";
import { assertRoom } from "../../quotas/index.ts";
import { refreshStatus } from "../../streaming/publish-status.ts";
import { playWhatIsThere, whatIsLeft } from "./parts/retry-split.ts";

/**
 * Makes a new job, `id`, that renders what an ended one left of its variants: terminal states absorb, and the old job stays as history.
 * The caller holds the video's lock, and has seen that nothing is under way. What plays goes on playing: a video that is READY
 * stays so while one of its variants is made.
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
  if (left) await playWhatIsThere(tx, deps.store, { videoId, jobId: id, now });
  await refreshStatus(tx, deps.store, videoId);
  // Before the commit, which hardly ever fails: those who call know it, but not whether a repeat made nothing.
  deps.metrics?.jobCreated(priority);
}

/** False: its upload is still awaited. Throws `ConflictError` (`UPLOAD_EXPIRED`) when it will never come. */
async function isSourceThere(tx: Tx, videoId: string, now: Date): Promise<boolean> {
  const source = await tx.source.findUniqueOrThrow({ where: { videoId } });
  if (source.receivedAt !== null || source.kind === "URL") return true;
  if (source.uploadUrl !== null && source.uploadExpiresAt !== null && source.uploadExpiresAt > now)
    return false;
  throw new ConflictError(
    "UPLOAD_EXPIRED",
    "The upload's address has expired, or its client gave it up, and the source never came; create the video anew.",
  );
}
