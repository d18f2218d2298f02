import { Profile } from "@reelay/contracts";
import type { Job } from "../../prisma/generated/client.ts";
import { repairIn } from "../damage/begin-repair.ts";
import type { OperationDeps } from "../deps.ts";
import { ConflictError } from "../errors.ts";
import type { Tx } from "../events/record-change.ts";
import { jobUnderWay } from "../jobs/render-again.ts";
import { assertRoom } from "../quotas/index.ts";
import { createFollowUp } from "./create-follow-up.ts";

/** Repeats a follow-up that failed or was canceled, as a new job, `id`. The caller holds the video's lock. Throws `ConflictError` (`JOB_SUPERSEDED`), `QuotaExceededError`. */
export async function retryFollowUp(
  tx: Tx,
  deps: OperationDeps,
  { kind, ...earlier }: Job,
  id: string,
): Promise<void> {
  if (kind === "REPAIR") return await repairIn(tx, deps, { videoId: earlier.videoId, jobId: id });
  if (kind === "TRANSCODE") throw new Error(`Job ${earlier.id} is no follow-up.`);
  const { workspaceId, videoId, priority } = earlier;
  const newer = await jobUnderWay(tx, videoId, kind);
  if (newer) {
    throw new ConflictError(
      "JOB_SUPERSEDED",
      `Another job of this video for the same is ${newer.status} already; watch that one.`,
    );
  }
  if (kind !== "POSTER") await assertRoom(tx, workspaceId, deps.limits);
  const { startMs: atMs } = await tx.task.findFirstOrThrow({ where: { jobId: earlier.id } });
  const job = { id, workspaceId, videoId, kind, priority, atMs, retryOfId: earlier.id };
  const profile = Profile.parse(earlier.profile);
  await createFollowUp(tx, { ...job, profile }, { now: deps.clock(), maxActiveJobs: deps.limits.activeJobs });
  deps.metrics?.jobCreated(priority);
}
